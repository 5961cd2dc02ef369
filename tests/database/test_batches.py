"""Rows that are deleted in batches."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

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
