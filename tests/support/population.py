"""People in an environment, past the endpoint: one of any kind, or very many."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import connection

from entra_scim.document import compared_strings
from entra_scim.models import ProvisionedElement, ProvisionedUser
from entra_scim.people import writing
from entra_scim.text import comparison_keys
from tests.support.factories import UserFactory

_AT_ONCE = 1000


def body(number, domain="contoso.example"):
    """Return what Entra sends for a person, with the default mappings it fills."""
    address = f"person{number}@{domain}"
    return {
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "externalId": f"00000000-0000-4000-8000-{number:012}",
        "userName": address,
        "active": True,
        "displayName": f"Person {number}",
        "title": "Engineer",
        "name": {
            "givenName": "Person",
            "familyName": str(number),
            "formatted": f"Person {number}",
        },
        "emails": [{"primary": True, "type": "work", "value": address}],
        "phoneNumbers": [{"type": "work", "value": "+31 20 555 0100"}],
        "addresses": [{"type": "work", "locality": "Utrecht", "country": "NL"}],
        "roles": [{"value": "Viewer", "primary": False}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Research",
            "employeeNumber": str(number),
        },
    }


def link(environment, user, document):
    """Return an unsaved link of a user with a document."""
    now = writing.time_shown()
    return ProvisionedUser(
        environment=environment,
        user=user,
        profile_of=user,
        attributes=document,
        comparable=compared_strings.comparable(document),
        user_name_key=comparison_keys.user_name_key(document["userName"]),
        user_name_order=comparison_keys.order_key(document["userName"]),
        external_id_key=comparison_keys.external_id_key(document.get("externalId")),
        # Of one's own, for a document that is kept in two environments.
        address_key=comparison_keys.digest(str(user.pk)),
        active=document.get("active", True),
        active_received="active" in document,
        has_object_id=comparison_keys.is_object_id(document.get("externalId")),
        created=now,
        modified=now,
    )


def store(environment, **document):
    """Keep a document as the domain does, without deciding about anything."""
    number = ProvisionedUser.objects.count()
    document.setdefault("userName", f"person{number}@contoso.example")
    user = UserFactory(email=f"stored{number}@contoso.example")
    person = link(environment, user, document)
    writing.save_new(person)
    return person


def fill(environment, people, domain="contoso.example"):
    """Give an environment many provisioned people."""
    model = get_user_model()
    for start in range(0, people, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, people))
        users = model.objects.bulk_create(
            model(
                **{
                    model.USERNAME_FIELD: f"person{number}@{domain}",
                    "email": f"person{number}@{domain}",
                },
                password="!",
            )
            for number in numbers
        )
        if hasattr(environment, "members"):
            environment.members.add(*users)
        links = []
        for number, user in zip(numbers, users, strict=True):
            document = body(number, domain)
            del document["schemas"]
            links.append(link(environment, user, document))
        ProvisionedUser.objects.bulk_create(links)
        ProvisionedElement.objects.bulk_create(
            ProvisionedElement(
                environment=environment, provisioned_user=person, **element._asdict()
            )
            for person in links
            for element in compared_strings.elements(person.attributes)
        )
    analyse()


def analyse():
    """Let the database count what it plans by."""
    with connection.cursor() as cursor:
        if connection.vendor != "mysql":
            cursor.execute("ANALYZE")
