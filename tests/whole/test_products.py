"""Products are not all like the example: without the admin, with other engines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.urls import reverse

import entra_scim
from entra_scim.tab.urls import PAGES
from entra_scim.web.engines import engine

TEMPLATES = Path(entra_scim.__file__).parent / "templates"

# It finds our templates too, and takes them for its own language.
OTHER_LANGUAGE = {
    "BACKEND": "django.template.backends.dummy.TemplateStrings",
    "DIRS": [TEMPLATES],
    "APP_DIRS": False,
}


@pytest.mark.parametrize(
    "engines", ["django.DjangoTemplates", "dummy.TemplateStrings", ""]
)
def test_a_product_without_the_admin(engines):
    """It starts, migrates, provisions people and shows pages of signing in."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.small_product"],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.small_product.settings",
            "ENGINES": engines,
        },
        cwd=TEMPLATES.parent.parent,
    )

    assert done.returncode == 0, done.stderr


@pytest.fixture
def other_engines(settings):
    """Another language comes first, and then an engine for mails alone."""
    for_mails = {
        "NAME": "mails",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
    }
    settings.TEMPLATES = [OTHER_LANGUAGE, for_mails, *settings.TEMPLATES]


PLAIN_PAGES = [
    name
    for resource, pages in PAGES.items()
    for name, (route, _page) in pages.items()
    if "<" not in f"{resource}{route}"
]


@pytest.mark.usefixtures("other_engines")
@pytest.mark.parametrize("name", PLAIN_PAGES)
def test_the_tab_beside_other_engines(contoso, admin, client, name):
    """Our pages are in Django's language, whatever comes first."""
    client.force_login(admin, "django.contrib.auth.backends.ModelBackend")

    response = client.get(reverse(f"admin:entra_tab:{name}", args=[contoso.pk]))

    assert response.status_code in (200, 302, 404, 405)
    assert "{%" not in response.text


@pytest.mark.django_db
@pytest.mark.usefixtures("other_engines")
def test_signing_in_beside_other_engines(client):
    """The pages of signing in too."""
    response = client.get(reverse("entra_scim_oidc:sign-in"))

    assert response.status_code == 400
    assert "<h1>You are not signed in</h1>" in response.text


def test_a_product_may_override_our_pages(settings, tmp_path):
    """With an engine that looks in a folder of the product first."""
    page = tmp_path / "entra_scim" / "page.html"
    page.parent.mkdir()
    page.write_text("Ours, in the look of the product.")
    [first] = settings.TEMPLATES
    settings.TEMPLATES = [{**first, "DIRS": [tmp_path]}]

    text = engine().get_template("entra_scim/page.html").render()

    assert text == "Ours, in the look of the product."


def test_a_site_that_has_the_same_names(contoso, admin, client, monkeypatch):
    """What a product shows on all pages of its admin clashes with nothing of ours."""
    banner = {"environment": "production", "page": 7, "tab": "x", "settings": None}
    each_context = site.each_context
    monkeypatch.setattr(
        site, "each_context", lambda request: {**each_context(request), **banner}
    )
    client.force_login(admin, "django.contrib.auth.backends.ModelBackend")
    url = reverse("admin:entra_tab:set_up", args=[contoso.pk])

    response = client.get(url)

    assert response.status_code == 200
    assert response.context["environment"] == "production"
    assert f'href="{url}guide/"' in response.text
    assert "Contoso: Microsoft Entra ID" in response.text


def test_a_change_form_that_has_a_tab(contoso, admin, client, monkeypatch):
    """A product with tabs of its own keeps them."""
    options = contoso._meta
    admin_class = type(site._registry[type(contoso)])
    changeform_view = admin_class.changeform_view
    monkeypatch.setattr(
        admin_class,
        "changeform_view",
        lambda self, *args: changeform_view(self, *args[:-1], {"tab": "theirs"}),
    )
    client.force_login(admin, "django.contrib.auth.backends.ModelBackend")

    response = client.get(
        reverse(
            f"admin:{options.app_label}_{options.model_name}_change", args=[contoso.pk]
        )
    )

    assert response.context_data["tab"] == "theirs"
    assert 'class="entra-tabs"' in response.text
