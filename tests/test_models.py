"""What Django calls the rows of our tables, wherever it lists them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from entra_scim.connection import configuration
from entra_scim.models import (
    EndedSessions,
    EntraSession,
    EntraSetUp,
    Environment,
    EnvironmentGroup,
    GuideLink,
    KeyVersion,
    LookAlike,
    Turn,
    UnknownAttribute,
)
from tests.support.factories import OwnGroupFactory

pytestmark = pytest.mark.django_db


def test_each_row_has_a_name(contoso, ann):
    """Deleting an account or an environment lists what goes with it."""
    group = OwnGroupFactory(environment=contoso)
    now = timezone.now()
    rows = (
        (Environment(name="Contoso"), "Contoso"),
        (configuration.connection_of(contoso), str(contoso)),
        (EntraSession(environment=contoso, user=ann), str(ann)),
        (EndedSessions(user=ann, ended_at=now), str(ann)),
        (EnvironmentGroup.objects.get(group=group), group.name),
        (GuideLink(environment=contoso), str(contoso)),
        (LookAlike(user=ann, key="a key"), "a key"),
        (KeyVersion(version=3), "3"),
        (EntraSetUp(environment=contoso), str(contoso)),
        (Turn(key="a key", until=now), "a key"),
        (UnknownAttribute(environment=contoso, name="costCenter"), "costCenter"),
    )

    for row, name in rows:
        assert str(row) == name
