"""A database that is busy, gone or full is not a broken product: Entra comes again."""

from __future__ import annotations

import contextlib
import threading
from functools import partial

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection, connections
from django.urls import reverse

from entra_scim.accounts import protection
from entra_scim.database import transactions
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.scim.errors import RETRY_AFTER
from tests.support.refusing_database import refuse_writes, sql
from tests.support.tab import client_for
from tests.support.user_admin import posted as posted_form

pytestmark = pytest.mark.django_db(transaction=True)


BODY = {"userName": "eve@contoso.example", "externalId": "1", "displayName": "Eve"}


UNCHANGED = "nothing was changed"


def only(*vendors):
    return pytest.mark.skipif(
        connection.vendor not in vendors, reason="This database has no such thing."
    )


@pytest.fixture
def used(scim):
    """A key that has been used just now, which is noted by a write."""
    assert scim.get("/Users").status_code == 200
    yield scim
    connection.close()  # with the settings that a test made


def assert_unavailable(response, says=UNCHANGED):
    assert response.status_code == 503, response.content
    assert response["Retry-After"] == str(RETRY_AFTER)
    error = response.json()
    assert error["status"] == "503"
    assert says in error["detail"]


def test_read_only(used):
    """While a replica takes over, for example: reads are answered, writes wait."""
    refuse_writes()

    assert_unavailable(used.post("/Users", BODY))
    assert used.get("/Users").status_code == 200

    connection.close()
    assert not get_user_model().objects.filter(email=BODY["userName"]).exists()
    assert used.post("/Users", BODY).status_code == 201


@only("sqlite")
def test_a_full_disk(used):
    sql("PRAGMA max_page_count = 1")  # which is raised to what there is

    numbers = range(1000)
    answers = (
        used.post("/Users", {"userName": f"{n}@contoso.example", "title": "x" * 200})
        for n in numbers
    )
    full = next(answer for answer in answers if answer.status_code != 201)

    assert_unavailable(full)


@only("postgresql")
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_statement_that_takes_too_long(used, method):
    """By a limit that the product has set."""
    sql("SET statement_timeout = 1")

    with connection.execute_wrapper(_slowly):
        response = used.post("/Users", BODY) if method == "post" else used.get("/Users")

    assert_unavailable(response)


def _slowly(execute, statement, params, many, context):
    if statement.startswith(("SELECT", "INSERT")):
        execute("SELECT pg_sleep(10)", (), False, context)
    return execute(statement, params, many, context)


def end_connection():
    """End the connection at the server, as a restart does."""
    if connection.vendor == "postgresql":
        own, end = "SELECT pg_backend_pid()", "SELECT pg_terminate_backend(%s)"
    else:
        own, end = "SELECT CONNECTION_ID()", "KILL %s"
    with connection.cursor() as cursor:
        cursor.execute(own)
        [number] = cursor.fetchone()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(end, [number])
    finally:
        other.close()


@only("postgresql", "mysql")
@pytest.mark.parametrize("method", ["get", "post", "patch"])
def test_the_first_request_after_a_restart(used, method):
    """A connection that was kept is gone; nobody needs to know."""
    path = f"/Users/{used.post('/Users', BODY).json()['id']}"
    end_connection()

    if method == "get":
        response = used.get(path)
    elif method == "patch":
        response = used.patch(path, {"op": "Replace", "path": "title", "value": "Boss"})
    else:
        response = used.post("/Users", {"userName": "ann@contoso.example"})

    assert response.status_code == (201 if method == "post" else 200)


@only("postgresql", "mysql")
def test_the_first_who_signs_in_after_a_restart(active, browser):
    end_connection()

    assert browser.start()


@only("postgresql", "mysql")
def test_a_connection_that_is_lost_in_the_middle(used):
    """The work is done once more, on a new one."""
    ended = []

    def end_once(execute, statement, params, many, context):
        if statement.startswith("INSERT") and not ended:
            ended.append(statement)
            end_connection()
        return execute(statement, params, many, context)

    with connection.execute_wrapper(end_once):
        response = used.post("/Users", BODY)

    assert ended
    assert response.status_code == 201
    assert get_user_model().objects.filter(email=BODY["userName"]).count() == 1


def test_a_commit_that_nobody_confirmed(used, monkeypatch):
    """The change may be there: nobody says that it is not, and nobody repeats it."""
    path = f"/Users/{used.post('/Users', BODY).json()['id']}"
    commit = connection._commit

    def commit_and_lose_the_connection():
        patch.undo()
        commit()
        connection.connection.close()
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "_commit", commit_and_lose_the_connection)
        response = used.patch(path, {"op": "Replace", "path": "title", "value": "Boss"})

    assert_unavailable(response, "may or may not have been saved")
    assert used.get(path).json()["title"] == "Boss"
    updates = ProvisioningEvent.objects.filter(kind=ProvisioningEvent.Kind.UPDATED)
    assert updates.count() == 1


def test_no_database_at_all(used, monkeypatch):
    """Neither a key can be read nor an event be written."""
    connection.close()

    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "connect", refuse)
        response = used.post("/Users", BODY)

    assert_unavailable(response)


@contextlib.contextmanager
def elsewhere(lock):
    """Hold a lock in another transaction."""
    locked, done = threading.Event(), threading.Event()

    def hold():
        def work():
            lock()
            locked.set()
            assert done.wait(60)

        try:
            transactions.repeated(work)
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(60)
    try:
        yield
    finally:
        done.set()
        thread.join()


@only("postgresql")
def test_waiting_for_a_lock_has_an_end(used, contoso, monkeypatch):
    """PostgreSQL would wait for ever."""
    with elsewhere(partial(transactions.lock_environment, contoso)):
        monkeypatch.setattr(transactions, "PATIENCE", 0.1)
        response = used.post("/Users", BODY)

    assert_unavailable(response, "Too many changes at the same time")
    assert not ProvisionedUser.objects.exists()


@only("postgresql")
def test_pages_of_the_admin_wait_no_longer(
    several_environments, used, contoso, admin, monkeypatch
):
    """They say so where the visitor was, and nothing is half done."""
    person = ProvisionedUser.objects.get(pk=used.post("/Users", BODY).json()["id"])
    client = client_for(admin)
    users = f"admin:{person.user._meta.app_label}_{person.user._meta.model_name}"
    environments = f"admin:{contoso._meta.app_label}_{contoso._meta.model_name}"
    delete = {"action": "delete_selected", "post": "yes"}
    posted = [
        (reverse(f"{users}_change", args=[person.user.pk]), posted_form(person.user)),
        (
            reverse(f"{users}_changelist"),
            {"action": "delete_selected", "_selected_action": [person.user.pk]},
        ),
        (reverse(f"{environments}_delete", args=[contoso.pk]), {"post": "yes"}),
        (
            reverse(f"{environments}_changelist"),
            {**delete, "_selected_action": [contoso.pk]},
        ),
    ]

    with elsewhere(partial(protection.lock, person.user)):
        monkeypatch.setattr(transactions, "PATIENCE", 0.1)
        answers = [client.post(url, data, follow=True) for url, data in posted]

    for answer in answers:
        assert answer.status_code == 200
        assert "Too many changes at the same time" in answer.content.decode()
    assert ProvisionedUser.objects.get() == person
    assert type(contoso).objects.filter(pk=contoso.pk).exists()


@only("postgresql")
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_the_isolation_is_our_own(level):
    """Under a lock we read what was committed before it, whatever the default is."""
    sql(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}")

    def level_within():
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            return cursor.fetchone()[0]

    try:
        assert transactions.repeated(level_within) == "read committed"
        assert level_within() == level.lower()
    finally:
        connection.close()


@pytest.mark.parametrize("header", [{"transfer_encoding": "chunked"}])
def test_a_body_in_chunks_that_the_server_does_not_read(used, header):
    """Django takes it for none. Said so, and not taken for an empty body."""
    response = used.send("POST", "/Users", "", **header)

    assert response.status_code == 411
    assert "Send Content-Length" in response.json()["detail"]
