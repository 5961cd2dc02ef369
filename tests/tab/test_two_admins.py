"""The tab in two admin sites at once: each page is of its own site, and asks that one."""

from __future__ import annotations

import re
import uuid

import pytest
from django.urls import resolve, reverse

from entra_scim.models import EnvironmentRole
from entra_scim.tab.urls import PAGES
from tests.support import two_admins
from tests.support.tab import administrator, client_for, tab  # noqa: F401
from tests.support.two_admins import MODEL

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.support.two_admins")]

SITES = ["admin", "office"]


def in_site(site, environment, path=""):
    return tab(environment, path).replace("/admin/", f"/{site}/", 1)


@pytest.mark.parametrize("site", SITES)
def test_each_site_has_every_page_by_name(site, contoso):
    namespace = f"{MODEL._meta.app_label}_{MODEL._meta.model_name}_entra_tab"
    for pages in PAGES.values():
        for name, (route, _page) in pages.items():
            numbers = {
                argument: uuid.uuid4() if kind == "uuid" else 1
                for kind, argument in re.findall(r"<(\w+):(\w+)>", route)
            }
            if set(numbers) - {"key_id", "role_id", "person_id"}:
                continue
            url = reverse(
                f"{site}:{namespace}:{name}",
                kwargs={"object_id": contoso.pk, **numbers},
            )

            assert url.startswith(in_site(site, contoso))
            assert resolve(url).namespaces == [site, namespace]


@pytest.mark.parametrize("site", SITES)
def test_a_change_leads_back_into_its_site(site, admin, contoso):
    client = client_for(admin)

    answer = client.post(in_site(site, contoso, "roles/"), {"role-value": "Viewer"})

    assert answer["Location"].startswith(in_site(site, contoso))
    assert client.get(answer["Location"]).status_code == 200
    assert EnvironmentRole.objects.get().value == "Viewer"


@pytest.mark.parametrize(("site", "other"), [SITES, SITES[::-1]])
def test_each_site_says_who_may_change(site, other, admin, contoso, monkeypatch):
    refuse = lambda *arguments, **values: False  # noqa: E731
    monkeypatch.setattr(two_admins.of(site), "has_change_permission", refuse)
    client = client_for(admin)
    data = {"role-value": "Viewer"}

    refused = client.post(in_site(site, contoso, "roles/"), data)
    assert (refused.status_code, EnvironmentRole.objects.count()) == (403, 0)
    assert client.get(in_site(site, contoso)).status_code == 200
    client.post(in_site(other, contoso, "roles/"), data)
    assert EnvironmentRole.objects.count() == 1


@pytest.mark.parametrize(("site", "other"), [SITES, SITES[::-1]])
def test_each_site_says_who_may_see(site, other, admin, contoso, monkeypatch):
    refuse = lambda *arguments, **values: False  # noqa: E731
    model_admin = two_admins.of(site)
    for name in ("has_view_permission", "has_change_permission"):
        monkeypatch.setattr(model_admin, name, refuse)
    client = client_for(admin)

    assert client.get(in_site(site, contoso)).status_code == 403
    assert client.get(in_site(other, contoso)).status_code == 200


def test_a_site_with_a_door_of_its_own(administrator, contoso, monkeypatch):  # noqa: F811
    """Staff of the one are nobody in the other."""
    monkeypatch.setattr(two_admins.office, "has_permission", lambda request: False)

    assert administrator.get(in_site("admin", contoso)).status_code == 200
    refused = administrator.get(in_site("office", contoso))
    assert refused["Location"].startswith("/office/login/?next=/office/")
