"""Start, migrate a filled database, provision somebody, and show a page of signing in."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command
from django.test import Client

django.setup()

from django.contrib.auth.models import User

from entra_scim.connection import access_keys
from entra_scim.models import Environment
from tests.support.client import ScimClient

# The product had people before it had this app.
for app in ("auth", "sessions"):
    call_command("migrate", app, verbosity=0)
ann = User.objects.create_user("ann", "ann@contoso.example", "secret words")
ann.groups.create(name="Friends")
call_command("migrate", verbosity=0)
call_command("check", databases=["default"])

environment = Environment.objects.create(name="The only one")
_key, secret = access_keys.create(environment)
scim = ScimClient(f"/scim/{environment.pk}", secret)
assert scim.post("/Users", {"userName": "ann@contoso.example"}).status_code == 201
[user] = User.objects.all()
assert (user.pk, [group.name for group in user.groups.all()]) == (ann.pk, ["Friends"])
assert user.check_password("secret words")

page = Client().get("/entra/sign-in/")
assert page.status_code == 400
assert "<h1>You are not signed in</h1>" in page.text
assert "{%" not in page.text

# Django REST framework imports the one of Django.
assert "entra_scim.admin" not in sys.modules
