"""Connect, provision, give roles, leave, return, activate, and go back to passwords."""

from __future__ import annotations

import io
import json
import sys

import django
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

django.setup()

from entra_scim.connection import access_keys
from entra_scim.models import EntraConnection
from tests.hosts.members.models import Membership, Organization, User
from tests.support.client import ScimClient

PASSWORD = "secret words"


def sign_in(email="Ann@contoso.example"):
    """Return a browser, and whether it is in."""
    browser = Client()
    data = {"email": email, "password": PASSWORD}
    return browser, browser.post("/log-in/", data, secure=True).status_code == 200


def who(browser):
    return browser.get("/who/", secure=True).text


def role():
    return Membership.objects.get(user__email="ann@contoso.example").role


def replace(**values):
    return [
        {"op": "Replace", "path": path, "value": value}
        for path, value in values.items()
    ]


call_command("migrate", run_syncdb=True, verbosity=0)
call_command("check", databases=["default"], fail_level="WARNING")
contoso = Organization.objects.create(name="Contoso")
ann = User(email="ann@contoso.example", full_name="Ann")
ann.set_password(PASSWORD)
ann.save()  # who belongs nowhere yet

document = {
    "connection": {
        "client_id": "2d7c8f1b-4d63-4a1d-9a4f-6e1bac8d2222",
        "tenant_id": "1c6b7e0a-3c52-4f0c-8f3e-5d0a9b7c1111",
        "client_secret_expires_on": "2998-01-31",
    },
    "roles": {"Editor": {}, "Viewer": {}},
}
sys.stdin = io.StringIO(json.dumps(document))
call_command("entra_environment", "apply", contoso.pk, "-", stdout=io.StringIO())
call_command(
    "entra_check_policy",
    contoso.pk,
    email="trial@contoso.example",
    stdout=io.StringIO(),
)

_key, secret = access_keys.create(contoso)
scim = ScimClient(f"/scim/{contoso.pk}", secret)
linked = scim.post(
    "/Users",
    {
        "userName": "Ann@contoso.example",
        "displayName": "Ann Smith",
        "roles": [{"value": "Viewer"}],
    },
)
assert linked.status_code == 201, linked.content
path = f"/Users/{linked.json()['id']}"
ann.refresh_from_db()
assert (ann.email, ann.full_name, role()) == (
    "ann@contoso.example",
    "Ann Smith",
    "Viewer",
)
browser, is_in = sign_in()  # Nothing has changed for her.
assert is_in
assert who(browser) == "ann@contoso.example"

scim.patch(path, *replace(roles=[{"value": "Editor"}]))
assert role() == "Editor"

assert scim.patch(path, *replace(active=False)).status_code == 200
assert (role(), who(browser), sign_in()[1]) == ("", "AnonymousUser", False)

assert scim.patch(path, *replace(active=True)).status_code == 200
assert (role(), who(browser)) == ("Editor", "AnonymousUser")
browser, is_in = sign_in()
assert is_in

now = timezone.now()
EntraConnection.objects.update(activated_at=now, confirmed_at=now)
assert (who(browser), sign_in()[1]) == ("AnonymousUser", False)

call_command("entra_reopen_passwords", contoso.pk, stdout=io.StringIO())
assert sign_in()[1]

created = scim.post(
    "/Users", {"userName": "Eve@contoso.example", "displayName": "Eve Adams"}
)
assert created.status_code == 201
assert User.objects.get(email="eve@contoso.example").full_name == "Eve Adams"
assert scim.post("/Users", {"userName": "x@elsewhere.example"}).status_code == 400
assert "entra_scim.admin" not in sys.modules
