"""Requests at the same time."""

from __future__ import annotations

import pytest
from django.db import connections

from tests.support.races import MOST_AT_ONCE, together


@pytest.fixture(autouse=True)
def _no_connections_left(transactional_db):
    yield
    together(*[connections.close_all] * MOST_AT_ONCE)
