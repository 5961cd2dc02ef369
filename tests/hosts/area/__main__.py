"""The story of a product that shows the tab to the owners of its organizations."""

from __future__ import annotations

import re
import sys

import django

django.setup()

from django.test import Client

from entra_scim.models import AccessKey, EnvironmentRole
from tests.hosts import story
from tests.hosts.members.models import Membership, Organization
from tests.hosts.own_pages import every_page

story.set_up()
contoso = Organization.objects.create(name="Contoso")
fabrikam = Organization.objects.create(name="Fabrikam")
ann = story.person("ann@contoso.example", full_name="Ann")


def role_of(user):
    return Membership.objects.get(user=user).role


def owner_of(organization, email):
    user = story.person(email, full_name="Somebody")
    Membership.objects.create(user=user, organization=organization, role="Owner")
    browser = Client()
    data = {"email": email, "password": story.PASSWORD}
    assert browser.post("/log-in/", data, secure=True).status_code == 200
    return browser


ours = owner_of(contoso, "it@contoso.example")
theirs = owner_of(fabrikam, "it@fabrikam.example")
above = f"/app/plugin/settings/{contoso.pk}/entra/"

# Before Entra is there, and without a command.
page = ours.get(above.removeprefix("/app"), secure=True)
assert "The product's own header" in page.text
assert "<h2>Contoso: Microsoft Entra ID</h2>" in page.text
assert f"https://testserver/app/plugin/scim/{contoso.pk}/" in page.text
assert "https://testserver/app/plugin/entra/callback/" in page.text
made = ours.post(f"{above.removeprefix('/app')}keys/", secure=True)
assert made["Location"] == f"{above}keys/new/"
shown = ours.get(made["Location"].removeprefix("/app"), secure=True)
assert "access key" in shown.text
assert "entra_scim_" in shown.text
made = ours.post(
    f"{above.removeprefix('/app')}roles/", {"role-value": "Viewer"}, secure=True
)
assert made["Location"] == f"{above}#step-roles"
assert EnvironmentRole.objects.get().environment == contoso

_scim, _path = story.play(
    story.Product(
        environment=contoso,
        roles={"Editor": {}, "Viewer": {}},
        held=role_of,
        nothing="",
        viewer="Viewer",
        editor="Editor",
        endpoint="/plugin/scim",
    ),
    ann,
)
for name, url in every_page(contoso, above="/plugin/settings"):
    answer = ours.get(url, secure=True)
    assert answer.status_code in (200, 302, 405), (name, answer.status_code)
    if answer.status_code == 200 and "html" in answer["Content-Type"]:
        links = re.findall(r'(?:href|action)="(/[^"#]*)', answer.text)
        assert all(link.startswith(("/app/plugin/", "/app/static/")) for link in links)
    # The owner of another organization finds nothing, and changes nothing.
    assert theirs.get(url, secure=True).status_code == 404, name
    assert theirs.post(url, secure=True).status_code == 404, name
    assert Client().get(url, secure=True).status_code == 302, name
keys = AccessKey.objects.for_environment(contoso)
assert keys.count() == 2
assert "entra_scim.admin" not in sys.modules
