"""Pages of Django's admin, where the database gives a change no turn."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse

from entra_scim.database import transactions
from entra_scim.database.transactions import StaleWrite
from entra_scim.models import ProvisionedUser
from tests.support.tab import provision, text_of
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
