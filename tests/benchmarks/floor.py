"""The least that a Django view can do for each operation, written by hand.

The same statements, plain JSON, and no dialect, validation, filters, versions or
errors: what the database and Django cost those who stand on them.
"""

from __future__ import annotations

import json
import uuid

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.functions import Lower
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from entra_scim.accounts import profile
from entra_scim.document import compared_strings
from entra_scim.models import (
    AccessKey,
    EnvironmentRole,
    ProvisionedElement,
    ProvisionedUser,
    ProvisioningEvent,
    RoleAssignment,
)
from entra_scim.text import comparison_keys


def environment_of(request):
    secret = request.headers["Authorization"].removeprefix("Bearer ")
    key = AccessKey.objects.select_related("environment").get(
        digest=comparison_keys.digest(secret), revoked_at=None
    )
    return key.environment


def resource(person):
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": str(person.pk),
        **person.attributes,
        "meta": {
            "resourceType": "User",
            "created": person.created.isoformat(),
            "lastModified": person.modified.isoformat(),
            "version": f'W/"{person.version}"',
        },
    }


def people_of(environment):
    return ProvisionedUser.objects.filter(environment=environment)


@csrf_exempt
def users(request):
    environment = environment_of(request)
    if request.method == "POST":
        return create(environment, json.loads(request.body))
    found = people_of(environment)
    if text := request.GET.get("filter"):
        key = comparison_keys.user_name_key(text.split('"')[1])
        page = list(found.filter(user_name_key=key))
        total = len(page)
    else:
        total = found.count()
        page = list(found.order_by("created", "id")[: int(request.GET["count"])])
    return JsonResponse(
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total,
            "startIndex": 1,
            "itemsPerPage": len(page),
            "Resources": [resource(person) for person in page],
        }
    )


def create(environment, body):
    email = body["emails"][0]["value"]
    values = [role["value"] for role in body["roles"]]
    with transaction.atomic():
        locked = type(environment).objects.filter(pk=environment.pk)
        list(locked.select_for_update().values_list("pk"))
        list(
            people_of(environment).filter(
                user_name_key=comparison_keys.user_name_key(email)
            )
        )
        model = get_user_model()
        list(model.objects.annotate(lower=Lower("email")).filter(lower=email))
        user = model(username=email, email=email)
        user.set_unusable_password()
        user.save()
        environment.members.through.objects.create(environment=environment, user=user)
        granted = EnvironmentRole.objects.filter(environment=environment)
        groups = [role.group_id for role in granted if role.value in values]
        list(user.groups.filter(pk__in=groups).values_list("pk"))
        user.groups.add(*groups)
        user.first_name = body["name"]["givenName"]
        user.save(update_fields=["first_name"])
        person = ProvisionedUser.objects.create(
            environment=environment,
            user=user,
            profile_of=user,
            attributes=body,
            comparable={},
            user_name_key=comparison_keys.user_name_key(body["userName"]),
            address_key=profile.address_key(body),
            external_id_key=comparison_keys.external_id_key(body["externalId"]),
            active=True,
        )
        ProvisionedElement.objects.create(
            environment=environment,
            provisioned_user=person,
            value=email,
            path="emails.value",
            key=compared_strings.key("emails.value", email),
            type="work",
        )
        RoleAssignment.objects.bulk_create(
            RoleAssignment(
                environment=environment,
                provisioned_user=person,
                value=value,
                value_key=comparison_keys.role_key(value),
            )
            for value in values
        )
        tell(environment, person, ProvisioningEvent.Kind.CREATED)
    return JsonResponse(resource(person), status=201)


@csrf_exempt
def user(request, pk):
    environment = environment_of(request)
    if request.method == "GET":
        return JsonResponse(resource(people_of(environment).get(pk=pk)))
    [operation] = json.loads(request.body)["Operations"]
    with transaction.atomic():
        rows = people_of(environment).select_related("user").select_for_update()
        person = rows.get(pk=pk)
        if person.attributes.get(operation["path"]) == operation["value"]:
            return JsonResponse(resource(person))
        person.attributes[operation["path"]] = operation["value"]
        person.version += 1
        person.modified = timezone.now()
        person.save(update_fields=["attributes", "comparable", "version", "modified"])
        tell(environment, person, ProvisioningEvent.Kind.UPDATED)
    return JsonResponse(resource(person))


def tell(environment, person, kind):
    ProvisioningEvent.objects.create(
        environment=environment,
        kind=kind,
        user=person.user,
        name=person.display_name,
        correlation_id=uuid.uuid4(),
    )


urlpatterns = [path("Users", users), path("Users/<uuid:pk>", user)]
