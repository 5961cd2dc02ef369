"""Reports of errors tell no secret, wherever below a view that has one it happens.

Each test runs a request once to see which calls it makes, and then again and again,
with a failure at one of them: at each call that our code makes, and at each call of a
library's that is given a secret in the open.
"""

from __future__ import annotations

import logging
import os
import random
import re
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.views.debug import get_exception_reporter_class

import entra_scim
from entra_scim.connection import access_keys, configuration, credentials
from entra_scim.models import AccessKey, EntraConnection
from entra_scim.oidc import client, states
from entra_scim.secrecy.hiding import Secret
from tests.support.sign_in import Browser, connect

pytestmark = pytest.mark.django_db

KEEPERS = tuple(
    str(Path(entra_scim.__file__).parent / name)
    for name in (
        "access_keys.py",
        "backends.py",
        "connection.py",
        "credentials.py",
        "encryption.py",
        "oidc/",
        "scim/authentication.py",
        "admin/forms.py",
        "admin/secrets.py",
        "admin/set_up.py",
        "admin/sign_in.py",
    )
)
"""The code that has a secret in its hands."""

TAKES_THE_CODE = {
    (str(Path(entra_scim.__file__).parent / "oidc" / file), name)
    for file, name in (("callback.py", "setup"), ("answers.py", "take"))
}
"""Before that, the code is in the URL of the request, for whoever reports that."""

NEW_KEY = re.compile(r"entra_scim_[0-9A-Za-z]{49}")
PASSWORD = "the password of the Admin"

CALLS = int(os.environ.get("REPORTED_CALLS", "15"))
"""How many calls of a request fail: others in each run, since all of them take long."""


def is_ours():
    """Tell whether it is a request's thread, and not one of the local Entra's."""
    thread = threading.current_thread()
    return thread is threading.main_thread() or (
        getattr(thread, "_target", None) is client._exchange
    )


class Failure(Exception):
    """What no code foresees."""


class Tracer:
    """Sees which calls a request makes, and lets one of them fail."""

    def __init__(self, secrets, fails_at=None):
        self.secrets = secrets
        self.fails_at = fails_at
        self.calls = {}
        self.is_below = False

    def __enter__(self):
        self.before = sys.gettrace()
        threading.settrace(self)
        sys.settrace(self)
        return self

    def __exit__(self, *error):
        sys.settrace(self.before)
        threading.settrace(None)

    def __call__(self, frame, event, argument):
        caller, code = frame.f_back, frame.f_code
        if event != "call" or caller is None or not is_ours():
            return
        self.is_below |= code.co_filename.startswith(KEEPERS) and (
            (code.co_filename, code.co_name) not in TAKES_THE_CODE
        )
        outside = ("/django/test/", "/django/http/", "importlib")
        if not self.is_below or any(
            part in caller.f_code.co_filename for part in outside
        ):
            return
        call = (caller.f_code.co_filename, caller.f_code.co_name, code.co_qualname)
        if call == self.fails_at:
            raise Failure
        if call in self.calls or code.co_filename == __file__:
            return
        # A transaction that cannot end spoils the test, and has no secret; what clears
        # the variables calls nothing before it does.
        if code.co_qualname.startswith(("Atomic.", "without_variables.")):
            return
        if call[0].startswith(KEEPERS) or self.has_secret(frame.f_locals.values()):
            self.calls[call] = True

    def has_secret(self, values):
        return any(self.is_secret(value) for value in values)

    def is_secret(self, value):
        if type(value) in (dict, list, tuple):
            inner = value.values() if type(value) is dict else value
            return any(
                self.is_secret(one) for one in inner if type(one) in (str, bytes)
            )
        if type(value) is bytes:
            value = value.decode(errors="replace")
        return type(value) is str and any(one in value for one in self.secrets())


def shown(value):
    try:
        return repr(value)
    except Exception:  # half made, when the failure came
        return ""


def pages_of(settings, request, *error):
    """Return what Django shows and mails."""
    reporter = get_exception_reporter_class(request)(request, *error)
    settings.DEBUG = True
    yield reporter.get_traceback_html()
    settings.DEBUG = False
    yield reporter.get_traceback_text()
    settings.DEBUG = True


def variables_of(frames):
    """Return what other services read themselves: the variables of all frames."""
    while frames is not None:
        if frames.tb_frame.f_code.co_filename != __file__:
            for value in frames.tb_frame.f_locals.values():
                yield shown(value)
        frames = frames.tb_next


def assert_no_report_tells(begin, perform, secrets, settings):
    """Let each call of a request fail in turn.

    ``begin`` prepares the request and is not traced; ``secrets`` returns what it has
    to hide.
    """
    caught, rendered = [], []

    class Catcher(logging.Handler):
        def emit(self, record):
            sys.settrace(None)
            if record.exc_info:
                request = getattr(record, "request", None)
                caught.append((request, *record.exc_info))

    def run(fails_at=None):
        caught.clear()
        with transaction.atomic():
            begin()
            with Tracer(secrets, fails_at) as tracer:
                perform()
            hidden = secrets()
            for request, *error in caught:
                reports = [*variables_of(error[2])]
                # The rest of a page is the same for all, and takes long to make.
                if len(rendered) < 3 or fails_at[0].endswith("callback.py"):
                    reports += pages_of(settings, request, *error)
                    rendered.append(fails_at)
                for report in reports:
                    found = [one for one in hidden if one in report]
                    assert not found, (fails_at, found)
                    assert not NEW_KEY.search(report), fails_at
            transaction.set_rollback(True)
        return tracer.calls

    catcher = Catcher()
    logging.getLogger().addHandler(catcher)
    try:
        run()  # what is made once is made
        calls = run()
        assert caught == []
        for call in random.sample([*calls], min(CALLS, len(calls))):
            run(call)
        assert len(rendered) >= 3
    finally:
        logging.getLogger().removeHandler(catcher)


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


def tab(environment, path=""):
    opts = type(environment)._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_entra"
    return f"{reverse(name, args=[environment.pk])}{path}"


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
