"""Endpoints and signing keys: from the cache, from Entra, and from nowhere else."""

from __future__ import annotations

import json
import warnings

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.urls import reverse

from tests.support.entra import new_key
from tests.support.sign_in import Browser

pytestmark = pytest.mark.django_db


def changed(document, **changes):
    return (200, json.dumps(document | changes))


@pytest.mark.parametrize(
    "name",
    [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ],
)
@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/x", "{url}.evil.example/x", "", None, 7]
)
def test_no_endpoint_is_elsewhere(active, browser, entra, name, elsewhere):
    """Who writes the document would get codes, secrets or people."""
    if isinstance(elsewhere, str):
        elsewhere = elsewhere.format(url=entra.url)
    document = changed(entra.discovery(), **{name: elsewhere})
    entra.raw_answers = {"openid-configuration": document}

    assert browser.client.get(reverse("entra_scim_oidc:sign-in")).status_code == 503


@pytest.mark.parametrize(
    "issuer",
    ["{url}/{tenant}/v2.0/", "{url}/common/v2.0", "https://evil.example", None],
)
def test_the_issuer_is_exactly_the_tenant_s(active, browser, entra, issuer):
    if issuer:
        issuer = issuer.format(url=entra.url, tenant=entra.tenant_id)
    entra.raw_answers = {
        "openid-configuration": changed(entra.discovery(), issuer=issuer)
    }

    assert browser.client.get(reverse("entra_scim_oidc:sign-in")).status_code == 503


def test_what_is_old_is_refreshed_by_one_request(active, person, browser, entra, clock):
    """Long before it is forgotten. The others go on with what there is."""
    browser.sign_in()
    clock.skip(hours=2)
    entra.requests.clear()

    for _ in range(3):
        Browser().sign_in()

    assert entra.count("/keys") == 1
    assert entra.count("openid-configuration") == 1


@pytest.mark.parametrize("answer", [(200, '{"keys": []}'), (200, "{}"), (404, "{}")])
def test_an_answer_without_keys_replaces_none(
    active, person, browser, entra, clock, answer
):
    browser.sign_in()
    clock.skip(hours=2)
    entra.raw_answers = {"/keys": answer}

    assert Browser().sign_in().status_code == 302


def test_an_unknown_key_while_entra_is_down(active, person, browser, entra):
    """The keys that are known go on working."""
    browser.sign_in()
    entra.keys.forgery = {"key": new_key(), "headers": {"kid": "invented"}}
    entra.raw_answers = {"/keys": (500, "")}
    assert browser.sign_in().status_code == 503
    assert browser.sign_in().status_code == 400
    assert entra.count("/keys") == 2  # the first sign-in's, and one for the unknown

    entra.behave()

    assert Browser().sign_in().status_code == 302


def test_a_short_key_signs_nothing(active, person, browser, entra):
    """RFC 7518 §3.3: who can break the key could sign in anybody."""
    [(kid, _key)] = entra.keys._all().items()
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    entra.keys._keys = {kid: short}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
        response = browser.sign_in()

    assert response.status_code == 400
    assert browser.user_id is None


def test_two_tenants_share_no_keys(active, person, browser, entra):
    """A key of another tenant with the same name signs nothing here."""
    browser.sign_in()
    entra.keys.forgery = {"key": new_key()}

    assert Browser().sign_in().status_code == 400


def test_without_a_cache_it_works_too(active, person, browser, entra, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    }
    cache.clear()

    assert browser.sign_in().status_code == 302
    assert browser.user_id == person.pk


class NoCache(BaseCache):
    """The cache of a server that is down."""

    def __init__(self, server, params):
        super().__init__(params)

    def _fail(self, *args, **kwargs):
        raise ConnectionRefusedError("no cache here")

    add = get = set = _fail

    def clear(self):
        """There is nothing."""


@pytest.fixture
def no_cache(settings):
    settings.CACHES = {"default": {"BACKEND": "tests.oidc.test_metadata.NoCache"}}


def test_a_cache_that_is_down_keeps_nobody_out(
    active, person, browser, entra, no_cache, caplog
):
    """Entra is asked each time, and the log says why."""
    browser.sign_in()
    Browser().sign_in()

    assert entra.count("/keys") == 2
    assert "The cache does not answer" in caplog.text
    assert browser.user_id == person.pk


class ReadOnlyCache(LocMemCache):
    """The cache of a replica, once it is one."""

    is_replica = False

    def add(self, *args, **kwargs):
        if self.is_replica:
            raise ConnectionRefusedError("this is a replica")
        return super().add(*args, **kwargs)


def test_a_cache_that_takes_nothing_refreshes_nothing(
    active, person, browser, entra, settings, clock, monkeypatch
):
    """Else each request would ask Entra, once what is kept is old."""
    settings.CACHES = {"default": {"BACKEND": "tests.oidc.test_metadata.ReadOnlyCache"}}
    browser.sign_in()
    clock.skip(hours=2)
    monkeypatch.setattr(ReadOnlyCache, "is_replica", True)

    assert Browser().sign_in().status_code == 302
    assert entra.count("/keys") == 1


def test_a_key_that_is_none(active, person, browser, entra):
    """It has the right name, and nothing else of a key."""
    [kid] = entra.keys._all()
    key = {"kid": kid, "kty": "RSA", "use": "sig"}
    entra.raw_answers = {"/keys": (200, json.dumps({"keys": [key]}))}

    assert browser.sign_in().status_code == 400
    assert browser.user_id is None


class TestWhileEntraIsDown:
    """With nothing cached, visitors do not cost a call each."""

    @pytest.fixture(params=["locmem", "dummy"])
    def cached(self, request, settings):
        kinds = {"locmem": "locmem.LocMemCache", "dummy": "dummy.DummyCache"}
        backend = f"django.core.cache.backends.{kinds[request.param]}"
        settings.CACHES = {"default": {"BACKEND": backend}}

    @pytest.mark.parametrize("answer", [(500, ""), (200, "[]"), (200, "{}")])
    def test_one_of_them_asks(self, cached, active, browser, entra, answer):
        entra.raw_answers = {"openid-configuration": answer}

        for _ in range(5):
            page = Browser().client.get(reverse("entra_scim_oidc:sign-in"))
            assert page.status_code == 503

        assert entra.count("openid-configuration") == 1

    def test_somebody_asks_again_later(
        self, cached, active, person, browser, entra, clock
    ):
        entra.raw_answers = {"openid-configuration": (500, "")}
        browser.client.get(reverse("entra_scim_oidc:sign-in"))
        entra.behave()
        clock.skip(seconds=16)

        assert browser.sign_in().status_code == 302
