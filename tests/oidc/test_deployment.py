"""Signing in where products run: behind proxies, asynchronously, with middleware."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.core.checks import run_checks
from django.test import AsyncClient
from django.test.utils import override_script_prefix
from django.urls import reverse

from tests.support.sign_in import Browser

pytestmark = pytest.mark.django_db

LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"


def test_behind_a_proxy_with_a_path(active, person, browser, entra, settings):
    """The address that Entra knows is the one outside, in both calls."""
    settings.FORCE_SCRIPT_NAME = "/product"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = True
    outside = Browser(
        headers={"x-forwarded-proto": "https", "x-forwarded-host": "app.example"}
    )

    with override_script_prefix("/product/"):  # as the real handlers do
        begun = outside.client.get("/entra/sign-in/", {"next": "/product/who/"})
        query = parse_qs(urlsplit(begun["Location"]).query)
        [redirect_uri] = query["redirect_uri"]
        assert redirect_uri == "https://app.example/product/entra/callback/"
        entra.application.redirect_uris.append(redirect_uri)
        back = outside.at_entra(begun["Location"])
        inside = urlsplit(back)._replace(path="/entra/callback/").geturl()

        assert outside.come_back(inside)["Location"] == "/product/who/"
    assert outside.user_id == person.pk


def test_next_keeps_to_https(active, person, settings, browser, entra):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    entra.application.redirect_uris.append("https://testserver:80/entra/callback/")
    outside = Browser(headers={"x-forwarded-proto": "https"})

    answer = outside.sign_in(next="http://testserver/who/")

    assert answer["Location"] != "http://testserver/who/"


def test_every_page_is_open_to_visitors(active, person, browser, settings):
    """With LoginRequiredMiddleware, none leads to the page that leads here."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, LOGIN_REQUIRED]
    pk = str(active.pk)
    for name, arguments in (
        ("sign-in", []),
        ("environment-sign-in", [pk]),
        ("callback", []),
        ("test", [pk]),
        ("front-channel-logout", [pk]),
    ):
        url = reverse(f"entra_scim_oidc:{name}", args=arguments)
        answer = browser.client.get(url, {"state": "x"})
        assert "/login/" not in answer.headers.get("Location", "")
    assert browser.client.post(reverse("entra_scim_oidc:sign-out")).status_code == 302

    browser.sign_in()

    assert browser.user_id == person.pk


def test_asynchronously(active, person, browser, bob):
    """Under ASGI, with the middleware and the gate."""
    client = AsyncClient()

    @async_to_sync
    async def sign_in():
        begun = await client.get("/entra/sign-in/", {"next": "/who/"})
        parts = urlsplit(browser.at_entra(begun["Location"]))
        await client.get(f"{parts.path}?{parts.query}")
        return (await client.get("/who/")).json()["user"]

    @async_to_sync
    async def with_password():
        other = AsyncClient()
        form = {"username": bob.get_username(), "password": "secret"}
        await other.post("/password/", form)
        return (await other.get("/who/")).json()["user"]

    assert sign_in() == person.pk
    assert with_password() is None


@pytest.mark.parametrize("method", ["post", "put", "delete", "head", "options"])
@pytest.mark.parametrize("name", ["sign-in", "callback"])
def test_other_methods_do_nothing(active, person, browser, entra, method, name):
    """Neither begins nor ends a sign-in."""
    url = reverse(f"entra_scim_oidc:{name}")

    answer = getattr(browser.client, method)(f"{url}?state=x&code=y")

    assert answer.status_code == 405
    assert not browser.client.cookies
    assert entra.requests == []


def test_signing_out_is_no_link(active, person, browser, settings):
    """Nobody is signed out by an image on another site."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, CSRF]
    browser.sign_in()

    assert browser.client.get(reverse("entra_scim_oidc:sign-out")).status_code == 405
    strict = Browser(enforce_csrf_checks=True)
    strict.client.cookies = browser.client.cookies
    assert strict.client.post(reverse("entra_scim_oidc:sign-out")).status_code == 403
    assert browser.user_id == person.pk


@pytest.mark.parametrize(
    ("host", "proxy", "warns"),
    [
        ("product.contoso.com", None, True),
        ("product.contoso.com", ("HTTP_X_FORWARDED_PROTO", "https"), False),
        ("127.0.0.1:8000", None, False),
    ],
)
def test_the_tab_says_that_entra_takes_https_only(
    contoso, admin, settings, browser, host, proxy, warns
):
    """Where TLS ends at the proxy, and nobody has told Django."""
    settings.SECURE_PROXY_SSL_HEADER = proxy
    client = browser.client
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    headers = {"host": host, "x-forwarded-proto": "https"}

    page = client.get(
        reverse("admin:entra_tab:set_up", args=[contoso.pk]), headers=headers
    )

    assert ("SECURE_PROXY_SSL_HEADER" in page.content.decode()) == warns


@pytest.mark.parametrize("proxy", [None, ("HTTP_X_FORWARDED_PROTO", "https")])
def test_a_deployment_without_the_header_is_told(settings, proxy):
    settings.SECURE_PROXY_SSL_HEADER = proxy

    found = {message.id for message in run_checks(include_deployment_checks=True)}

    assert ("entra_scim.W008" in found) == (proxy is None)
