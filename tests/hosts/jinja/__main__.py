"""The story of a product that renders everything with Jinja2."""

from __future__ import annotations

import sys

import django

django.setup()

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from entra_scim.models import EntraConnection
from tests.hosts import groups, story
from tests.hosts.own_pages import every_page

contoso, ann, scim, path = groups.play()

problem = Client().get("/entra/sign-in/", secure=True)
assert problem.status_code == 400
assert "<h1>You are not signed in</h1>" in problem.text

assert "Microsoft Entra" not in Client().get("/log-in/", secure=True).text
now = timezone.now()
EntraConnection.objects.update(activated_at=now, confirmed_at=now)
page = Client().get("/log-in/?next=/who/", secure=True)
assert 'href="/entra/sign-in/?next=%2Fwho%2F"' in page.text
EntraConnection.objects.update(activated_at=None, confirmed_at=None)

get_user_model().objects.create_superuser("boss", "boss@contoso.example", "secret")
browser = Client()
browser.force_login(
    get_user_model().objects.get(username="boss"),
    "django.contrib.auth.backends.ModelBackend",
)
said = browser.post(f"/settings/{contoso.pk}/entra/keys/", secure=True, follow=True)
assert "Prove that it is you" in said.text or "access key" in said.text
for name, url in every_page(contoso, above="/settings"):
    answer = browser.get(url, secure=True)
    assert answer.status_code in (200, 302, 405), (name, answer.status_code)
    assert "{%" not in answer.text
    assert story.Client().get(url, secure=True).status_code == 302
assert "entra_scim.admin" not in sys.modules
