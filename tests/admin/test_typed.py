"""What was typed while the session had ended is there after signing in."""

from __future__ import annotations

import pytest
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponseRedirect
from django.test import Client
from django.urls import reverse

from entra_scim.models import EntraConnection, EnvironmentRole
from tests.support.tab import OBJECT_ID, SECRET, saved, tab, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def behind_login_required(settings):
    checked = "django.middleware.csrf.CsrfViewMiddleware"
    settings.MIDDLEWARE = [
        *([] if checked in settings.MIDDLEWARE else [checked]),
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]


def signed_out_then_in(url, values, visitor, sign_in_page="/login/"):
    """Send a form without a session, sign in, and return where that leads."""
    browser = Client()
    refused = browser.post(url, values)
    assert sign_in_page in refused["Location"]
    assert SECRET not in str(dict(browser.session))
    browser.force_login(visitor, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_the_ids_survive_and_the_secret_does_not(admin, contoso):
    url = tab(contoso, "connection/")
    values = saved(client_id=OBJECT_ID, client_secret_expires_on="2099-12-31")
    browser = signed_out_then_in(url, values, admin)

    page = browser.get(url)

    assert "You were signed out, so nothing was saved." in text_of(page)
    assert page.context["connection_form"]["client_id"].value() == OBJECT_ID
    assert 'value="2099-12-31"' in page.content.decode()
    assert SECRET not in page.content.decode()
    assert not EntraConnection.objects.exists()
    # Once, and then it is as if nothing had been typed.
    assert browser.get(url).status_code == 302


@pytest.mark.parametrize("is_new", [True, False])
def test_so_does_the_name_of_a_role(admin, contoso, roles, is_new):
    path = "roles/" if is_new else f"roles/{roles['Viewer'].pk}/"
    name = "role-value" if is_new else "value"
    browser = signed_out_then_in(tab(contoso, path), {name: "Auditor"}, admin)

    page = browser.get(tab(contoso, path))

    assert 'value="Auditor"' in page.content.decode()
    assert "You were signed out" in text_of(page)
    assert not EnvironmentRole.objects.filter(value="Auditor").exists()


@pytest.mark.urls("tests.support.own_pages")
def test_in_a_product_s_own_pages_too(admin, contoso, settings, behind_login_required):
    settings.LOGIN_URL = "login"
    names = {"house": "house", "environment": contoso.pk}
    url = reverse("area:entra_tab:save_connection", kwargs=names)
    browser = signed_out_then_in(url, saved(client_id=OBJECT_ID), admin, "/log-in/")

    assert browser.get(url).context["connection_form"]["client_id"].value() == OBJECT_ID


def test_a_product_that_asks_on_each_page(
    admin, contoso, settings, behind_login_required
):
    """Its middleware answers before the page can keep what was typed."""
    settings.LOGIN_URL = "/login/"
    url = tab(contoso, "connection/")
    browser = signed_out_then_in(url, saved(client_id=OBJECT_ID), admin)

    assert browser.get(url).context["connection_form"]["client_id"].value() == OBJECT_ID


class AsksForMore(LoginRequiredMiddleware):
    """Middleware of a product: a second factor before each page that wants a sign-in."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if getattr(view_func, "login_required", True):
            return HttpResponseRedirect("/second-factor/")
        return None


def test_a_product_that_asks_for_more_asks_here_too(admin, client, contoso, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.AsksForMore"]

    response = client.get(tab(contoso))

    assert response["Location"] == "/second-factor/"


def test_a_form_from_elsewhere_keeps_nothing(contoso, behind_login_required):
    browser = Client(enforce_csrf_checks=True)

    response = browser.post(tab(contoso, "connection/"), saved())

    assert response.status_code == 403
    assert not browser.session.keys()


def test_it_is_for_its_own_page_alone(admin, contoso, fabrikam):
    url = tab(contoso, "connection/")
    browser = signed_out_then_in(url, saved(client_id=OBJECT_ID), admin)

    for other in (tab(fabrikam, "connection/"), tab(contoso, "roles/")):
        assert browser.get(other).status_code == 302
    assert OBJECT_ID in browser.get(url).content.decode()


def test_nobody_else_plants_it(admin, contoso):
    """Only a form of ours carries the token."""
    url = tab(contoso, "connection/")
    browser = Client(enforce_csrf_checks=True)

    assert browser.post(url, saved(client_id=OBJECT_ID)).status_code == 403

    browser.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(url).status_code == 302
