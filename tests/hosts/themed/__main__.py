"""The story in an admin with a theme, and a look at its pages in a real browser.

``python -m tests.hosts.themed [FOLDER]``, where pictures of the pages go.
"""

from __future__ import annotations

import sys
from pathlib import Path

import django

django.setup()

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from entra_scim.models import EntraConnection
from tests.hosts import groups
from tests.hosts.own_pages import every_page
from tests.hosts.themed import seen

contoso, ann, scim, path = groups.play()

boss = get_user_model().objects.create_superuser(
    "boss", "boss@contoso.example", "secret words"
)
browser = Client()
browser.force_login(boss, "django.contrib.auth.backends.ModelBackend")
for above in ("/admin/entra_scim/environment", "/settings"):
    for name, url in every_page(contoso, above=above):
        answer = browser.get(url)
        assert answer.status_code in (200, 302, 405), (name, answer.status_code)
for url in (
    "/admin/",
    f"/admin/entra_scim/environment/{contoso.pk}/change/",
    f"/admin/auth/user/{ann.pk}/change/",
    "/admin/auth/user/",
    "/admin/entra_scim/provisioningevent/",
):
    assert browser.get(url).status_code == 200, url
now = timezone.now()
EntraConnection.objects.update(activated_at=now, confirmed_at=now)
assert "Microsoft Entra" in Client().get("/admin/login/").text
EntraConnection.objects.update(activated_at=None, confirmed_at=None)

pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
seen.look(contoso, browser.cookies["sessionid"].value, pictures)
