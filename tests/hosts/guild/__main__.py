"""The story of somebody who works for two organizations."""

from __future__ import annotations

import django

django.setup()

from django.utils import timezone

from entra_scim.models import EntraConnection
from tests.hosts import story
from tests.hosts.guild.models import Membership, Organization, User

story.set_up()
contoso = Organization.objects.create(name="Contoso", slug="contoso")
fabrikam = Organization.objects.create(name="Fabrikam", slug="fabrikam")
tailspin = Organization.objects.create(name="Tailspin", slug="tailspin")
ann = story.person("ann@contoso.example")
Membership.objects.create(user=ann, organization=contoso, is_accepted=True)


def product(organization):
    return story.Product(
        environment=organization,
        roles={"Editor": {}, "Viewer": {}},
        held=lambda user: None,
        nothing=None,
        viewer=None,
        editor=None,
    )


def role_at(organization):
    return Membership.objects.get(user=ann, organization=organization).role


def homes(browser):
    """Tell where somebody is in, of the three, by their pages and by a form."""
    organizations = (contoso, fabrikam, tailspin)
    by_path = [
        browser.get(f"/o/{one.slug}/", secure=True).text == ann.email
        for one in organizations
    ]
    by_form = [
        browser.post("/notes/", {"organization": one.slug}, secure=True).status_code
        == 200
        for one in organizations
    ]
    assert by_form == by_path
    return by_path


def document(number, role, name):
    return {
        "userName": story.ADDRESS,
        "displayName": name,
        "externalId": f"0a21f0f2-8d2a-4f8e-bf98-{number:012}",
        "roles": [{"value": role}],
    }


one, other, third = (
    story.connected(product(each)) for each in (contoso, fabrikam, tailspin)
)
sent = document(1, "Editor", "Ann Smith")
at_contoso = f"/Users/{one.post('/Users', sent).json()['id']}"

# An offer is none of hers until she accepts it.
Membership.objects.create(user=ann, organization=fabrikam)
theirs = document(2, "Viewer", "Mallory")
assert other.post("/Users", theirs).status_code == 409
Membership.objects.filter(user=ann).update(is_accepted=True)
linked = other.post("/Users", theirs)
assert linked.status_code == 201, linked.content
at_fabrikam = f"/Users/{linked.json()['id']}"
assert third.post("/Users", document(3, "Editor", "Ann")).status_code == 409

# Each has its own of her, and the first one her name.
ann.refresh_from_db()
assert ann.full_name == "Ann Smith"
assert (role_at(contoso), role_at(fabrikam)) == ("Editor", "Viewer")
browser, is_in = story.sign_in()
assert is_in
assert homes(browser) == [True, True, False]

# One that takes its membership leaves her the other.
other.patch(at_fabrikam, *story.replace(active=False))
assert (role_at(contoso), role_at(fabrikam)) == ("Editor", "")
assert homes(browser) == [True, False, False]
one.patch(at_contoso, *story.replace(active=False))
assert homes(browser) == [False, False, False]
assert not story.sign_in()[1]
assert not User.objects.get(pk=ann.pk).is_active
other.patch(at_fabrikam, *story.replace(active=True))
assert homes(browser) == [False, False, False]  # that session has ended
browser, is_in = story.sign_in()
assert is_in
assert homes(browser) == [False, True, False]
one.patch(at_contoso, *story.replace(active=True))
assert homes(browser) == [True, True, False]

# One that demands Entra is not entered by a password.
now = timezone.now()
active = EntraConnection.objects.filter(environment=contoso)
active.update(activated_at=now, confirmed_at=now)
assert homes(browser) == [False, True, False]
assert story.sign_in()[1]
other.delete(at_fabrikam)
assert not story.sign_in()[1]  # all that is left demands it
