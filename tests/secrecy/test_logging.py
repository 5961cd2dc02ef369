"""Nothing that anybody logs has a secret, however much they log."""

from __future__ import annotations

import datetime
import logging
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.views.debug import get_exception_reporter_class

from entra_scim.models import AccessKey
from entra_scim.oidc import states
from entra_scim.secrecy.hiding import Secret
from tests.support.client import ScimClient
from tests.support.reports import NEW_KEY
from tests.support.sign_in import Browser, activate
from tests.support.tab import saved, tab

pytestmark = pytest.mark.django_db

PASSWORD = "the password of the Admin"


@pytest.fixture
def logged():
    """Everything that is logged, at the lowest level, with all statements."""
    found = []

    class Catcher(logging.Handler):
        def emit(self, record):
            found.append(self.format(record))
            found.append(repr(vars(record)))

    handler = Catcher()
    root = logging.getLogger()
    loggers = [root, *map(logging.getLogger, root.manager.loggerDict)]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    database.force_debug_cursor = True
    yield found
    database.force_debug_cursor = False
    root.removeHandler(handler)
    for logger, level in before:
        logger.setLevel(level)


def test_from_connecting_to_signing_out(contoso, admin, ann, entra, browser, logged):
    """All that has a secret: the tab, provisioning and a sign-in."""
    admin.set_password(PASSWORD)
    admin.save()
    client = Client()
    client.post(
        reverse("admin:login"),
        {"username": admin.get_username(), "password": PASSWORD},
    )
    form = saved(
        client_id=entra.client_id,
        tenant_id=entra.tenant_id,
        cloud="local",
        client_secret=entra.secret,
        client_secret_expires_on=timezone.localdate() + datetime.timedelta(days=9),
    )
    client.post(tab(contoso, "connection/"), form)
    [key] = NEW_KEY.findall(
        client.post(tab(contoso, "keys/"), follow=True).content.decode()
    )
    scim = ScimClient(
        reverse("entra_scim:base", kwargs={"environment_id": contoso.pk}), key
    )
    person = {"userName": ann.email, "externalId": entra.person.object_id}
    created = scim.post("/Users", {**person, "password": "hunter2-hunter2"}).json()
    scim.patch(
        f"/Users/{created['id']}",
        {"op": "Add", "path": "password", "value": "hunter2-hunter2"},
        {"op": "Replace", "path": "title", "value": {"wrong": 1}},
    )
    ScimClient(scim.base, f"{key}x").get("/Users")
    assert AccessKey.objects.get().last_used_at
    activate(contoso)

    address = browser.start()
    sent = len(logged)
    back = browser.at_entra(address)
    del logged[sent:]  # what the browser's own connection logs
    query = {**parse_qs(urlsplit(address).query), **parse_qs(urlsplit(back).query)}
    pending = states.find(
        type(
            "", (), {"COOKIES": {n: c.value for n, c in browser.client.cookies.items()}}
        ),
        Secret(query["state"][0]),
    )
    assert browser.come_back(back).status_code == 302
    assert browser.user_id == ann.pk
    browser.client.post(reverse("admin:logout"))

    secrets = {
        "client secret": entra.secret,
        "password": PASSWORD,
        "password of a body": "hunter2-hunter2",
        "key": key,
        "code": query["code"][0],
        "state": query["state"][0],
        "nonce": pending.nonce.reveal(),
        "verifier": pending.code_verifier.reveal(),
        "ID token": entra.keys.signed[-1],
    }
    assert len(logged) > 100
    for name, secret in secrets.items():
        assert not [line for line in logged if secret in line], name


def test_middleware_that_fails_reports_no_code(
    active, person, browser, settings, logged
):
    """Before our view, which would take the code out of the request."""
    quiet = Browser(raise_request_exception=False)
    back = quiet.at_entra(quiet.start())
    [code], [state] = (parse_qs(urlsplit(back).query)[n] for n in ("code", "state"))
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.support.middleware.Fails"]
    reported = []

    class Reporter(logging.Handler):
        def emit(self, record):
            for debug in (True, False):
                settings.DEBUG = debug
                request = record.request
                reporter = get_exception_reporter_class(request)(
                    request, *record.exc_info
                )
                reported.append(reporter.get_traceback_html())

    handler = Reporter(level=logging.ERROR)
    logging.getLogger("django.request").addHandler(handler)
    logged.clear()
    failing = Browser(raise_request_exception=False)
    failing.client.cookies = quiet.client.cookies
    try:
        assert failing.come_back(back).status_code == 500
    finally:
        logging.getLogger("django.request").removeHandler(handler)

    assert len(reported) == 2
    for text in (*reported, *logged):
        assert code not in text
        assert state not in text
