"""The story of a site with Wagtail, whose editor of people leaves to Entra what it manages."""

from __future__ import annotations

import django

django.setup()

from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client

from tests.hosts import groups
from tests.hosts.own_pages import every_page

contoso, ann, scim, path = groups.play()
boss = get_user_model().objects.create_superuser(
    "boss", "boss@contoso.example", "secret words"
)
browser = Client()
browser.force_login(boss, "django.contrib.auth.backends.ModelBackend")

assert browser.get("/cms/", secure=True).status_code == 200
editor = f"/cms/users/edit/{ann.pk}/"
assert browser.get(editor, secure=True).status_code == 200
ann.refresh_from_db()
before = (ann.email, ann.first_name, groups.held(ann))
browser.post(
    editor,
    {
        "username": "other",
        "email": "hacked@x.example",
        "first_name": "Other",
        "last_name": "Other",
        "is_active": "on",
    },
    secure=True,
)
ann.refresh_from_db()
assert (ann.email, ann.first_name, groups.held(ann)) == before

for name, url in every_page(contoso, above="/settings"):
    answer = browser.get(url, secure=True)
    assert answer.status_code in (200, 302, 405), (name, answer.status_code)
stranger = Client().get(f"/settings/{contoso.pk}/entra/", secure=True)
assert stranger["Location"].startswith("/cms/login/?next=/settings/")

data = {"email": "ann@contoso.example"}
Client().post("/cms/password_reset/", data, secure=True)
assert len(mail.outbox) == 1  # not activated
