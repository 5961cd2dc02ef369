"""The one migration, and its environment model."""

from __future__ import annotations

import io

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_no_migration_is_missing():
    """The migrations make the models as they are."""
    stdout = io.StringIO()

    call_command("makemigrations", "--check", "--dry-run", stdout=stdout)

    assert "No changes detected" in stdout.getvalue()


def ids():
    return {message.id for message in run_checks(databases=["default"])}


def test_another_environment_model_after_the_first_migrate(settings):
    """Migrations would have nothing to do, and rows name nothing that there is."""
    assert "entra_scim.E024" not in ids()

    settings.ENTRA_SCIM_ENVIRONMENT_MODEL = "auth.Group"

    assert "entra_scim.E024" in ids()
