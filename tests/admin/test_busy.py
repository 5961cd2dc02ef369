"""Pages of Django's admin, where the database gives a change no turn."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.db import OperationalError, connection
from django.urls import reverse

from entra_scim.database import transactions
from entra_scim.database.transactions import StaleWrite
from entra_scim.models import ProvisionedUser
from tests.support.tab import provision, tab, text_of
from tests.support.user_admin import posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(several_environments, scim):
    return provision(scim, "ann")


def page(model, name, *arguments):
    options = model._meta
    url_name = f"admin:{options.app_label}_{options.model_name}_{name}"
    return reverse(url_name, args=arguments)


def requests_of(person, environment):
    """Return what somebody posts: the address, and the form."""
    users, environments = get_user_model(), type(environment)
    chosen = {"action": "delete_selected", "post": "yes"}
    return [
        (page(users, "change", person.user.pk), posted(person.user, first_name="A")),
        (page(environments, "delete", environment.pk), {"post": "yes"}),
        (
            page(environments, "changelist"),
            {**chosen, "_selected_action": [environment.pk]},
        ),
    ]


def no_turn(execute, sql, parameters, many, context):
    """Let somebody else change each row first, every time."""
    if sql.startswith(("UPDATE", "DELETE")) and "django_session" not in sql:
        raise StaleWrite
    return execute(sql, parameters, many, context)


def test_the_page_says_so_where_the_visitor_was(client, person, contoso, monkeypatch):
    """And nothing is half done."""
    monkeypatch.setattr(transactions, "PATIENCE", -1)
    for url, form in requests_of(person, contoso):
        with connection.execute_wrapper(no_turn):
            answer = client.post(url, form)

        assert answer["Location"] == url
        assert "Too many changes at the same time" in text_of(client.get(url))
    assert ProvisionedUser.objects.get() == person
    assert type(contoso).objects.filter(pk=contoso.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("times", "says"),
    [(1, "was changed successfully"), (99, "Too many changes at the same time")],
)
def test_what_was_said_of_an_attempt_goes_with_it(
    client, person, monkeypatch, times, says
):
    """Django says "was changed" before the commit, which may fail."""
    user = person.user
    commit, table = connection._commit, connection.ops.quote_name(user._meta.db_table)
    failed, is_saved = [], []

    def note(execute, sql, *arguments):
        is_saved.extend([True] * sql.startswith(f"UPDATE {table}"))
        return execute(sql, *arguments)

    def fail_at_first():
        if is_saved and len(failed) < times:
            is_saved.clear()
            failed.append(connection.rollback())
            raise OperationalError(1213, "Deadlock found")
        commit()

    monkeypatch.setattr(connection, "_commit", fail_at_first)
    url = page(type(user), "change", user.pk)
    with connection.execute_wrapper(note):
        answer = client.post(url, posted(user, first_name="New"))

    assert failed
    [said] = get_messages(answer.wsgi_request)
    assert says in str(said)


def test_a_page_of_the_tab_without_a_database(client, contoso):
    """Wherever it goes away: while the page is found, and while it is rendered."""
    # Those of a request that is a transaction would end that of this test.
    of_transactions = ("SAVEPOINT", "RELEASE", "ROLLBACK")
    statements = []

    def count(execute, sql, *arguments):
        if not sql.startswith(of_transactions):
            statements.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(count):
        assert client.get(tab(contoso)).status_code == 200
    for number in range(len(statements)):
        left = iter(range(number))

        def go_away(execute, sql, *arguments, left=left):
            if not sql.startswith(of_transactions) and next(left, None) is None:
                raise OperationalError("server closed the connection unexpectedly")
            return execute(sql, *arguments)

        with connection.execute_wrapper(go_away):
            answer = client.get(tab(contoso))

        assert answer.status_code == 503
        assert "The database does not answer" in answer.content.decode()
