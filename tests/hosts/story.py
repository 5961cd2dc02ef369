"""What each product goes through, whatever its shape.

It is connected, and a person is provisioned, gets roles, leaves and returns, is made to
sign in with Entra, and may go back to passwords. A product adds its models, its policy
and its settings, and says with a :class:`Product` where to look.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from entra_scim.connection import access_keys
from entra_scim.models import EntraConnection
from tests.support.client import ScimClient

PASSWORD = "secret words"
ADDRESS = "Ann@contoso.example"
"""As Entra writes it; the product has it in lower case."""

CONNECTION = {
    "client_id": "2d7c8f1b-4d63-4a1d-9a4f-6e1bac8d2222",
    "tenant_id": "1c6b7e0a-3c52-4f0c-8f3e-5d0a9b7c1111",
    "client_secret_expires_on": "2998-01-31",
}


@dataclass(frozen=True, kw_only=True)
class Product:
    environment: Any
    roles: dict[str, dict[str, str]]
    """The roles Editor and Viewer, as a document for ``entra_environment``."""

    endpoint: str = "/scim"
    """Where Entra finds the environments."""

    held: Callable[[Any], Any]
    """Tells what somebody has in the product."""

    nothing: Any
    viewer: Any
    editor: Any
    """What ``held`` tells of people without a role, and with these."""

    sign_in: Callable[[str], tuple[Any, bool]] = lambda username: sign_in(username)
    """Returns what Ann uses, a browser or another client, and whether she is in."""

    who: Callable[[Any], str] = lambda browser: who(browser)
    """Tells who is signed in with what she uses."""


def set_up():
    """Make the tables, and see to it that nothing is missing."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("check", databases=["default"], fail_level="WARNING")


def person(email, **values):
    """Return somebody with a password, saved."""
    model = get_user_model()
    user = model(**{model.get_email_field_name(): email}, **values)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(username=ADDRESS):
    """Return a browser, and whether Ann is in."""
    browser = Client()
    data = {"email": username, "password": PASSWORD}
    return browser, browser.post("/log-in/", data, secure=True).status_code == 200


def who(browser):
    return browser.get("/who/", secure=True).text


def replace(**values):
    return [
        {"op": "Replace", "path": path, "value": value}
        for path, value in values.items()
    ]


def connected(product):
    """Return Entra, once the product is set up by commands."""
    document = {"connection": CONNECTION, "roles": product.roles}
    key = product.environment.pk
    for _again in range(2):
        sys.stdin = io.StringIO(json.dumps(document))
        call_command("entra_environment", "apply", key, "-", stdout=io.StringIO())
    call_command(
        "entra_check_policy", key, email="x@contoso.example", stdout=io.StringIO()
    )
    _key, secret = access_keys.create(product.environment)
    return ScimClient(f"{product.endpoint}/{key}", secret)


def play(product, ann, username=ADDRESS):
    """Play it with somebody who is there, and return Entra and her path.

    She types her username as she always does.
    """
    scim = connected(product)
    answer = scim.post(
        "/Users",
        {
            "userName": ADDRESS,
            "displayName": "Ann Smith",
            "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
            "roles": [{"value": "Viewer"}],
        },
    )
    assert answer.status_code == 201, answer.content
    path = f"/Users/{answer.json()['id']}"
    ann.refresh_from_db()
    address = getattr(ann, ann.get_email_field_name())
    assert (address, product.held(ann)) == (ADDRESS.lower(), product.viewer)
    browser, is_in = product.sign_in(username)  # Nothing has changed for her.
    assert is_in
    assert product.who(browser) == username.lower()

    scim.patch(path, *replace(roles=[{"value": "Editor"}]))
    assert product.held(ann) == product.editor

    assert scim.patch(path, *replace(active=False)).status_code == 200
    assert product.held(ann) == product.nothing
    assert (product.who(browser), product.sign_in(username)[1]) == (
        "AnonymousUser",
        False,
    )

    assert scim.patch(path, *replace(active=True)).status_code == 200
    assert (product.held(ann), product.who(browser)) == (
        product.editor,
        "AnonymousUser",
    )
    browser, is_in = product.sign_in(username)
    assert is_in

    now = timezone.now()
    EntraConnection.objects.update(activated_at=now, confirmed_at=now)
    assert (product.who(browser), product.sign_in(username)[1]) == (
        "AnonymousUser",
        False,
    )
    call_command("entra_reopen_passwords", product.environment.pk, stdout=io.StringIO())
    assert product.sign_in(username)[1]
    return scim, path
