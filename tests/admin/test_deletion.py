"""What an environment's deletion in the admin does while it holds the database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse


@pytest.mark.django_db(transaction=True)
def test_what_is_listed_is_not_read_in_the_transaction(
    several_environments, admin, contoso, ann
):
    """It would hold up all who write where a database has one writer."""
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    members = contoso.members.through._meta.db_table
    ways = []

    def note(execute, sql, params, many, context):
        if sql.startswith("SELECT") and members in sql:
            ways.append(connection.in_atomic_block)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        client.post(
            reverse("admin:product_environment_delete", args=[contoso.pk]),
            {"post": "yes"},
        )

    assert ways
    assert not any(ways)
    assert not type(contoso).objects.filter(pk=contoso.pk).exists()
