"""Reports of errors tell no secret, wherever below a view that has one it happens.

Each test runs a request once to see which calls it makes, and then again and again,
with a failure at one of them: at each call that our code makes, and at each call of a
library's that is given a secret in the open.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from entra_scim.connection import access_keys, configuration, credentials
from entra_scim.models import AccessKey, EntraConnection
from entra_scim.oidc import states
from entra_scim.secrecy.hiding import Secret
from entra_scim.sign_in import sessions
from tests.support.reports import (
    KEEPERS,
    PASSWORD,
    assert_no_report_tells,
    pages_of,
)
from tests.support.sign_in import Browser, connect
from tests.support.tab import tab

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiet():
    """A browser that gets the page of an error."""
    return Browser(raise_request_exception=False)


@pytest.fixture
def root(admin):
    """The Admin, in the tab."""
    admin.set_password(PASSWORD)
    admin.save()
    browser = Client(raise_request_exception=False)
    browser.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return browser


class Visit:
    """A sign-in, whose secrets are made anew each time."""

    def __init__(self, browser, entra):
        self.browser, self.entra = browser, entra
        self.known = []

    def begin(self):
        self.browser.client.cookies.clear()
        self.entra.requests.clear()
        address = self.browser.start()
        self.back = self.browser.at_entra(address)
        query = {**parse_qs(urlsplit(address).query), **self.query_back}
        request = type("", (), {"COOKIES": self.cookies})
        pending = states.find(request, Secret(query["state"][0]))
        self.known = [
            self.entra.secret,
            query["code"][0],
            pending.nonce.reveal(),
            pending.code_verifier.reveal(),
        ]

    @property
    def cookies(self):
        return {name: one.value for name, one in self.browser.client.cookies.items()}

    @property
    def query_back(self):
        return parse_qs(urlsplit(self.back).query)

    def come_back(self):
        self.browser.come_back(self.back)

    def secrets(self):
        return [*self.known, *self.entra.keys.signed[-1:]]


@pytest.mark.parametrize("proof", ["secret", "certificate"])
def test_coming_back_from_entra(active, person, quiet, browser, entra, settings, proof):
    if proof == "certificate":
        made = credentials.with_certificate(
            credentials.in_use(configuration.connection_of(active))
        )
        entra.upload(made.certificate.encode())
        configuration.change(configuration.connection_of(active), made)
        stored = configuration.connection_of(active)
        credentials.use(stored, made)
        stored.save()
    visit = Visit(quiet, entra)

    assert_no_report_tells(visit.begin, visit.come_back, visit.secrets, settings)


def test_the_code_that_has_secrets_is_where_it_is_looked_for():
    assert [one for one in KEEPERS if not Path(one).exists()] == []


def test_going_to_entra(active, person, quiet, browser, entra, settings):
    def begin():
        quiet.client.cookies.clear()

    def perform():
        quiet.client.get(reverse("entra_scim_oidc:sign-in"))

    def secrets():
        return [entra.secret]

    assert_no_report_tells(begin, perform, secrets, settings)


def test_a_request_of_entra_s(contoso, settings):
    made = []

    def begin():
        AccessKey.objects.all().delete()
        made[:] = access_keys.create(contoso)[1:]

    def perform():
        url = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
        Client(raise_request_exception=False).get(
            f"{url}Users", headers={"authorization": f"Bearer {made[0]}"}
        )

    assert_no_report_tells(begin, perform, lambda: made, settings)


def test_saving_the_connection(contoso, root, browser, entra, settings):
    values = {
        "client_id": entra.client_id,
        "tenant_id": entra.tenant_id,
        "cloud": "local",
        "client_secret": entra.secret,
        "client_secret_expires_on": "2099-12-31",
    }

    def perform():
        root.post(tab(contoso, "connection/"), values)

    assert_no_report_tells(lambda: None, perform, lambda: [entra.secret], settings)


def test_generating_an_access_key(contoso, root, browser, settings):
    def perform():
        root.post(tab(contoso, "keys/"))

    assert_no_report_tells(lambda: None, perform, list, settings)


def test_showing_an_access_key(contoso, root, browser, settings):
    def begin():
        root.post(tab(contoso, "keys/"))

    def perform():
        root.get(tab(contoso, "keys/new/"))

    assert_no_report_tells(begin, perform, list, settings)


def test_activating(contoso, scim, person, admin, root, browser, entra, settings):
    connect(contoso, entra)
    stored = configuration.connection_of(contoso)
    from entra_scim.activation import lifecycle, shut_out

    lifecycle.record_test(stored, credentials.in_use(stored), person)
    locked_out = shut_out.by_activation(contoso).count
    values = {
        "acknowledged": locked_out,
        "understood": "on",
        "admin_username": admin.get_username(),
        "admin_password": PASSWORD,
    }

    def begin():
        assert not EntraConnection.objects.get().activated_at

    def perform():
        root.post(tab(contoso, "sign-in/activate/"), values)

    assert_no_report_tells(begin, perform, lambda: [PASSWORD, entra.secret], settings)


def refuse_sessions(execute, sql, *rest):
    if "django_session" in sql:
        raise ProgrammingError
    return execute(sql, *rest)


@pytest.mark.parametrize("fails", ["the visitor", "a middleware"])
def test_a_failure_before_our_view(contoso, root, browser, caplog, settings, fails):
    if fails == "a middleware":
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.support.middleware.Fails"]
    with (
        connection.execute_wrapper(refuse_sessions)
        if fails == "the visitor"
        else contextlib.nullcontext()
    ):
        response = root.post(tab(contoso, "connection/"), {"client_secret": PASSWORD})

    assert response.status_code == 500
    [record] = (one for one in caplog.records if hasattr(one, "request"))
    for report in pages_of(settings, record.request, *record.exc_info):
        assert "client_secret" in report
        assert PASSWORD not in report


def test_proving_who_one_is(contoso, root, browser, settings):
    def begin():
        session = root.session
        session[sessions.PROVED_AT] = 0
        session.save()

    def perform():
        root.post(tab(contoso, "keys/"), {"own_password": PASSWORD})

    assert_no_report_tells(begin, perform, lambda: [PASSWORD], settings)
