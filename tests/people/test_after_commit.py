"""What fails after the commit takes nothing back, and nothing is done twice."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth import get_user_model
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models.signals import post_save
from django.utils.module_loading import import_string

from entra_scim import signals
from entra_scim.conf import conf
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.story import notifications
from tests.support.refusing_database import refuse_writes

BODY = {"userName": "eve@contoso.example", "externalId": "1"}


class Odd(Exception):
    """A failure of a kind that nobody expects."""


@pytest.fixture
def after_each_user():
    """Let a product do something after the commit of each user that is saved."""
    connected = []

    def connect(hook):
        def receiver(**kwargs):
            transaction.on_commit(hook)

        post_save.connect(receiver, get_user_model())
        connected.append(receiver)

    yield connect
    for receiver in connected:
        post_save.disconnect(receiver, get_user_model())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "error",
    [
        Odd("x"),
        IntegrityError("UNIQUE constraint failed"),
        OperationalError("database is locked"),
        OperationalError(1213, "Deadlock found"),
    ],
    ids=repr,
)
def test_what_a_product_does_after_the_commit_fails(
    scim, after_each_user, error, caplog
):
    """It would look like a failure of the work, which would be done once more."""
    calls, told = [], []

    def fail():
        calls.append(1)
        raise error

    def receive(user, **kwargs):
        told.append(user)

    after_each_user(fail)
    signals.user_created.connect(receive)
    try:
        response = scim.post("/Users", BODY)
    finally:
        signals.user_created.disconnect(receive)

    assert response.status_code == 201
    person = ProvisionedUser.objects.get(pk=response.json()["id"])
    assert told == [person.user]
    assert set(calls) == {1}
    assert ProvisioningEvent.objects.filter(user=person.user).count() == 1
    assert "on_commit" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_receiver_of_ours_fails(scim, caplog):
    def receive(**kwargs):
        raise Odd

    signals.user_created.connect(receive)
    try:
        response = scim.post("/Users", BODY)
    finally:
        signals.user_created.disconnect(receive)

    assert response.status_code == 201
    assert "Signal.send_robust" in caplog.text


class BrokenHandler(logging.Handler):
    """One of a product that keeps its log in a table, which takes nothing now."""

    def emit(self, record):
        raise OperationalError("database is locked")


@pytest.mark.django_db(transaction=True)
def test_a_log_that_fails(scim, after_each_user):
    """Neither after the commit, nor where the log tells why a request was refused."""

    def fail():
        raise Odd

    after_each_user(fail)
    handler = BrokenHandler()
    loggers = [logging.getLogger(name) for name in ("entra_scim", "django.db")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        response = scim.post("/Users", BODY)
        refuse_writes()
        unavailable = scim.get("/Users"), scim.post("/Users", BODY | {"userName": "b"})
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        connection.close()

    assert response.status_code == 201
    assert ProvisioningEvent.objects.filter(kind="created").count() == 1
    assert [each.status_code for each in unavailable] == [200, 503]


class BrokenPolicy(import_string(conf.POLICY)):
    """One of a product whose administrators cannot be told just now."""

    def administrators_of(self, environment):
        raise Odd


@pytest.mark.django_db
def test_mail_fails_in_any_way(contoso, bob, monkeypatch, caplog):
    """Third-party back ends raise what they like."""

    def fail(self, messages):
        raise Odd

    monkeypatch.setattr(EmailBackend, "send_messages", fail)

    notifications.tell_administrators(contoso, "Something has happened.")

    assert "Could not mail an administrator" in caplog.text


@pytest.mark.django_db
def test_a_policy_that_cannot_name_administrators(contoso, caplog, settings):
    settings.ENTRA_SCIM_POLICY = "tests.people.test_after_commit.BrokenPolicy"

    notifications.tell_administrators(contoso, "Something has happened.")

    assert "Could not find the administrators to mail" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "a b", "contoso.example:x"])
def test_a_host_that_is_refused_is_refused_before_the_write(scim, settings, host):
    """The answer names the address of the resource, and cannot without a host."""
    settings.ALLOWED_HOSTS = ["contoso.example"]
    settings.MIDDLEWARE = []  # some of which ask for the host first

    response = scim.post("/Users", BODY, host=host)

    assert response.status_code == 400
    assert "ALLOWED_HOSTS" in response.json()["detail"]
    assert not ProvisionedUser.objects.exists()
