"""A product that lets Entra provision people, and signs them in by itself."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.urls import include, path

from entra_scim.activation.button import sign_in_url
from tests.support.tab import client, tab  # noqa: F401

pytestmark = pytest.mark.django_db

urlpatterns = [
    path("admin/", admin.site.urls),
    path("scim/", include("entra_scim.scim.urls")),
]


@pytest.fixture(autouse=True)
def _provisioning_alone(settings):
    settings.ROOT_URLCONF = __name__


def test_no_button_leads_nowhere():
    assert sign_in_url() == ""


@pytest.mark.parametrize("path", ["", "sign-in/"])
def test_the_pages_of_the_tab_open(client, contoso, path):  # noqa: F811
    page = client.get(tab(contoso, path))

    assert page.status_code == 200
    assert "/entra/callback/" not in page.content.decode()


def test_the_tab_says_what_provisioning_needs(client, contoso):  # noqa: F811
    page = client.get(tab(contoso)).content.decode()

    assert f"http://testserver/scim/{contoso.pk}/" in page


def test_the_kit_sets_up_provisioning(contoso, capsys):
    """Without an address for people to come back to."""
    call_command("entra_kit", str(contoso.pk), "--url", "https://product.example")

    script = capsys.readouterr().out
    assert f"https://product.example/scim/{contoso.pk}" in script
    assert "callback" not in script
