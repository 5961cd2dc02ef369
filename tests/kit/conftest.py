"""A plan, and the schema that it edits."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from entra_scim.kit.plan import Wanted, plan
from tests.support.tab import administrator, client  # noqa: F401

SCHEMA = Path(__file__).with_name("schema.json")


def wanted(**changes):
    values = {
        "environment_id": "1234",
        "tenant_url": "https://product.example/api/scim/entra/1234/",
        "redirect_uri": "https://product.example/entra/callback/",
        "logout_url": "https://product.example/entra/signed-out/1234/",
        "roles": ("Viewer", "Uploader"),
        "cloud": "global",
        "client_id": "",
        "tenant_id": "",
        "certificate": "",
        "has_secret": False,
        "federated": None,
        "today": datetime.date(2026, 11, 26),
    }
    return Wanted(**{**values, **changes})


@pytest.fixture
def made():
    """The plan of an environment with two roles, of which Entra knows nothing yet."""
    return plan(wanted())


@pytest.fixture
def schema():
    """A schema in the shape of Microsoft's reference."""
    return json.loads(SCHEMA.read_text("utf-8"))
