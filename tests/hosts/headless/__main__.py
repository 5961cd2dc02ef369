"""The story of people who sign in by a client of django-allauth.

``HEADLESS=app python -m tests.hosts.headless``; the settings name the clients.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import django

django.setup()

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone

from entra_scim.checks.allauth import check_allauth
from entra_scim.models import EntraConnection
from tests.hosts import groups, story

NOBODY = "AnonymousUser"
KIND = "browser" if settings.HEADLESS == "browser" else "app"


@dataclass
class App:
    """Somebody who uses a client, with the cookies and tokens that it keeps."""

    browser: Client = field(default_factory=Client)
    headers: dict[str, str] = field(default_factory=dict)
    refresh: str = ""

    def ask(self, method, path, data=None):
        answer = getattr(self.browser, method)(
            f"/_allauth/{KIND}/v1/{path}",
            data,
            content_type="application/json",
            headers=self.headers,
            secure=True,
        )
        meta = answer.json().get("meta", {})
        if token := meta.get("session_token"):
            self.headers = {"x-session-token": token}
        if token := meta.get("access_token"):
            self.headers = {"authorization": f"Bearer {token}"}
            self.refresh = meta["refresh_token"]
        return answer

    def refreshed(self):
        """Tell whether there is another access token to be had."""
        answer = self.ask("post", "tokens/refresh", {"refresh_token": self.refresh})
        if answer.status_code != 200:
            return False
        token = answer.json()["data"]["access_token"]
        self.refresh = answer.json()["data"]["refresh_token"]
        self.headers = {"authorization": f"Bearer {token}"}
        return True


def sign_in(username=story.ADDRESS):
    app = App()
    data = {"email": username.lower(), "password": story.PASSWORD}
    return app, app.ask("post", "auth/login", data).status_code == 200


def who(app):
    """Return the username that the client is told, and the product's own interface."""
    by_api = NOBODY
    if KIND == "app" and settings.HEADLESS != "plain":
        told = app.browser.get("/api/who/", headers=app.headers, secure=True)
        by_api = told.json().get("user", NOBODY)
    answer = app.ask("get", "auth/session")
    found = answer.json()["data"].get("user", {}).get("username", NOBODY)
    assert answer.status_code in ((401, 410) if found == NOBODY else (200,))
    if KIND == "app" and settings.HEADLESS != "plain":
        assert by_api == found, (by_api, found)
    if settings.HEADLESS == "jwt" and app.refresh:
        assert app.refreshed() == (found != NOBODY)
    return found


def found_by_checks():
    return {message.id for message in run_checks()} & {
        "entra_scim.W034",
        "entra_scim.W033",
    }


contoso, ann, scim, path = groups.play(sign_in=sign_in, who=who)

# A code by mail opens no session either, for people who sign in with Entra.
ann = get_user_model().objects.get(pk=ann.pk)
for is_active in (False, True):
    now = timezone.now() if is_active else None
    EntraConnection.objects.update(activated_at=now, confirmed_at=now)
    app = App()
    app.ask("post", "auth/code/request", {"email": ann.email})
    code = re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[-1].body, re.MULTILINE)[0]
    answer = app.ask("post", "auth/code/confirm", {"code": code})
    assert answer.status_code == (401 if is_active else 200), answer.content
    assert who(app) == (NOBODY if is_active else ann.get_username())

if settings.HEADLESS == "jwt":
    app.refresh = "no token"
    assert not app.refreshed()

if settings.HEADLESS == "plain":
    assert found_by_checks() == {"entra_scim.W034"}
else:
    assert found_by_checks() == set()
    settings.ACCOUNT_ADAPTER = "nowhere.Adapter"  # which django-allauth tells of
    assert check_allauth(None) == []
    del settings.ACCOUNT_ADAPTER
    assert found_by_checks() == {"entra_scim.W033"}
