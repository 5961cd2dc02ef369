"""The checks of a deployment, which may come before the first migrate."""

from __future__ import annotations

import pytest
from django.db import connection

from entra_scim import checks
from entra_scim.models import KeyVersion, ProvisionedUser
from entra_scim.policy import ProvisioningPolicy

pytestmark = pytest.mark.django_db


class TestBeforeTheFirstMigrate:
    """A deployment runs the checks first: that a table is not there yet means nothing."""

    @pytest.fixture(autouse=True)
    def _no_tables(self, contoso):
        if connection.vendor == "mysql":
            pytest.skip("A change of tables commits there.")
        with connection.cursor() as cursor:
            for model in (KeyVersion, ProvisionedUser):
                table = model._meta.db_table
                cursor.execute(f"ALTER TABLE {table} RENAME TO later_{table}")

    def test_keys_are_of_no_version(self):
        assert checks.check_keys(None, databases=["default"]) == []

    def test_no_policy_is_tried(self):
        assert checks.check_policy_on_trial(None, databases=["default"]) == []


class Broken(ProvisioningPolicy):
    def __init__(self):
        raise ZeroDivisionError


def test_a_policy_that_cannot_be_tried(contoso, settings):
    """Whatever is wrong with it is said by one check, and ends none."""
    settings.ENTRA_SCIM_POLICY = f"{__name__}.Broken"
    [message] = checks.check_policy_on_trial(None, databases=["default"])
    assert "ZeroDivisionError" in message.msg

    settings.ENTRA_SCIM_POLICY = "nowhere.Policy"
    assert checks.check_policy_on_trial(None, databases=["default"]) == []
