"""Rows that are deleted in batches."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entra_scim.database import batches
from tests.support.factories import GroupFactory


@pytest.mark.django_db
def test_more_rows_than_a_batch_has(monkeypatch):
    """All of them go, and no others."""
    monkeypatch.setattr(batches, "SIZE", 2)
    stays, *others = GroupFactory.create_batch(4)

    deleted = batches.delete(Group.objects.filter(pk__in=[one.pk for one in others]))

    assert deleted == 3
    assert Group.objects.get() == stays


@pytest.mark.django_db
@pytest.mark.parametrize(("holding", "batches_done"), [(0, 3), (3600, 2)])
def test_batches_that_take_long_become_smaller(monkeypatch, holding, batches_done):
    """Everybody who writes waits for a batch, on SQLite or at the same rows."""
    monkeypatch.setattr(batches, "SIZE", 20)
    monkeypatch.setattr(batches, "HOLDING", holding)
    GroupFactory.create_batch(40)

    with CaptureQueriesContext(connection) as captured:
        assert batches.delete(Group.objects.order_by("pk")) == 40

    deletions = [
        one["sql"]
        for one in captured
        if one["sql"].startswith("DELETE") and "permissions" not in one["sql"]
    ]
    assert len([one for one in deletions if "auth_group" in one]) == batches_done
