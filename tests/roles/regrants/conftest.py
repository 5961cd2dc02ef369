"""Many people with roles, whose groups change."""

from __future__ import annotations

import pytest

from entra_scim.roles import regrants
from entra_scim.tab import roles as role_pages
from tests.support.regrants import PEOPLE, provision


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(regrants, "AT_ONCE", 2)
    monkeypatch.setattr(regrants, "BATCH", 3)
    monkeypatch.setattr(role_pages, "SECONDS", 0)


@pytest.fixture
def people(scim):
    """Seven people, whom Entra gave the role Later."""
    return [
        provision(scim, f"p{number}", roles=[{"value": "Later"}])
        for number in range(PEOPLE)
    ]
