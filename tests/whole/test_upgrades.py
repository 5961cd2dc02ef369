"""A filled database comes through an upgrade, and back, with every row as it was."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.core.checks import run_checks
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from tests.next_release.migrations import LATEST

pytestmark = pytest.mark.django_db(transaction=True)

OURS = "entra_scim"
MADE_UP = "9999_made_up"
RELEASED = "0001_initial"
"""The newest migration of the last release: what products have in their databases."""

ROWS = 3


class Filler:
    """Makes rows of whatever a model is at some migration, with the rows they need."""

    def __init__(self):
        self.made = {}

    def fill(self, state):
        for model in our_models(state):
            model.objects.all().delete()  # what migrating has left there
        for model in our_models(state):
            for number in range(ROWS):
                self.row(model, number)

    def row(self, model, number):
        key = (model._meta.label, number)
        if key not in self.made:
            fields = [f for f in model._meta.concrete_fields if not is_automatic(f)]
            values = {field.name: self.value(field, number) for field in fields}
            self.made[key] = model.objects.create(**values)
        return self.made[key]

    def value(self, field, number):
        if field.null and number == ROWS - 1:
            return None
        if isinstance(field, models.ForeignKey):
            return self.row(field.related_model, number)
        if field.choices:
            return field.choices[number][0]
        now = datetime.datetime(2026, 11, number + 1, tzinfo=datetime.UTC)
        makers = {
            models.UUIDField: lambda: uuid.UUID(int=number),
            models.BooleanField: lambda: bool(number % 2),
            models.IntegerField: lambda: number + 1,
            models.JSONField: lambda: {"é": [number, None, True]},
            models.DateTimeField: lambda: now,
            models.DateField: now.date,
            models.CharField: lambda: f"{number} {field.name} é"[: field.max_length],
            models.TextField: lambda: f"{number}\n{field.name} é" * 100,
        }
        return next(make for kind, make in makers.items() if isinstance(field, kind))()


def is_automatic(field):
    return isinstance(field, models.AutoField | models.BigAutoField)


def migrated_to(name):
    """Bring the tables to a migration of ours, and return the models as they are then.

    Of other apps, everything is applied already.
    """
    executor = MigrationExecutor(connection)
    leaves = [key for key in executor.loader.graph.leaf_nodes() if key[0] != OURS]
    targets = [*leaves, (OURS, name)]
    executor.migrate([(OURS, name)])
    return executor.loader.project_state(targets).apps


def our_models(state):
    return [
        model
        for model in state.get_models()
        if model._meta.app_label == OURS and not model._meta.swapped
    ]


def rows(state, fields=None):
    """Return what is in our tables, of the given fields of each or of all."""
    return {
        model._meta.label: list(
            model.objects.order_by("pk").values(
                *(
                    fields[model._meta.label]
                    if fields
                    else [field.attname for field in model._meta.concrete_fields]
                )
            )
        )
        for model in our_models(state)
    }


@pytest.fixture
def next_release(settings):
    """Let there be one migration more, and take it back in the end."""
    settings.MIGRATION_MODULES = {OURS: "tests.next_release.migrations"}
    yield
    migrated_to(LATEST)


def test_from_the_last_release_to_the_next(next_release):
    """Through each migration since, and one with another of each kind of change."""
    released = migrated_to(RELEASED)
    Filler().fill(released)
    before = rows(released)
    assert all(len(entries) == ROWS for entries in before.values())

    latest = migrated_to(MADE_UP)

    assert rows(latest, {label: [*found[0]] for label, found in before.items()}) == (
        before
    )
    connection.check_constraints()
    people = latest.get_model(OURS, "ProvisionedUser").objects
    for person in people.select_related("environment"):
        assert person.note == person.environment.name
    messages = run_checks(databases=["default"])
    assert "entra_scim.E024" not in {message.id for message in messages}

    migrated_to(RELEASED)

    assert rows(released) == before
    connection.check_constraints()
