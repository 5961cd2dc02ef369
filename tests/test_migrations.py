from __future__ import annotations

import io

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_no_migration_is_missing():
    """The migrations make the models as they are."""
    stdout = io.StringIO()

    call_command("makemigrations", "--check", "--dry-run", stdout=stdout)

    assert "No changes detected" in stdout.getvalue()
