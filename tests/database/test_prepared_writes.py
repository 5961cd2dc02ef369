"""What is written by statements of our own is what Django would write."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from entra_scim.database import prepared_writes
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from tests.support.factories import UserFactory
from tests.support.population import body, link

pytestmark = pytest.mark.django_db

OWN = {"id", "user_id", "profile_of_id", "correlation_id", "address_key"}
"""What differs between two rows that say the same."""


def rows(model):
    """Return the rows of a model, as the database has their values."""
    columns = [
        field.column
        for field in model._meta.concrete_fields
        if field.attname not in OWN
    ]
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted} FROM {model._meta.db_table}")
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def test_what_a_row_leaves_out_has_its_default(contoso):
    """Twice, since a default is prepared once: nothing of one row gets into another."""
    said = {"kind": "created", "at": timezone.now(), "first_at": timezone.now()}

    ProvisioningEvent.objects.create(environment=contoso, **said)
    for _ in range(2):
        prepared_writes.insert(
            ProvisioningEvent, [{"environment_id": contoso.pk, **said}]
        )

    usual, *ours = rows(ProvisioningEvent)
    assert ours == [usual, usual]


@pytest.mark.parametrize("roles_received_at", [None, timezone.now()])
def test_values_of_every_type(contoso, roles_received_at):
    """Texts, numbers, booleans, times, UUIDs, JSON, and none of them."""
    people = [
        link(contoso, UserFactory(email=f"{number}@contoso.example"), body(number))
        for number in range(2)
    ]
    usual, ours = people
    for name in ("attributes", "comparable", "user_name_order", "created", "modified"):
        setattr(ours, name, getattr(usual, name))
    for person in people:
        person.user_name_key = person.external_id_key = str(person.user_id)
        person.roles_received_at = roles_received_at

    usual.save(force_insert=True)
    prepared_writes.insert_instance(ours)

    found = sorted(rows(ProvisionedUser), key=lambda row: row["user_name_key"])
    keys = [
        {found[n].pop("user_name_key"), found[n].pop("external_id_key")}
        for n in range(2)
    ]
    assert found[0] == found[1]
    assert keys == [{str(person.user_id)} for person in people]
    assert ProvisionedUser.objects.get(pk=ours.pk).attributes == usual.attributes
