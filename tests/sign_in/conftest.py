"""What the tests of sessions start from."""

from __future__ import annotations

import pytest
from django.contrib.auth import (
    authenticate,
)
from django.contrib.auth.hashers import PBKDF2PasswordHasher


@pytest.fixture
def work_of(settings, monkeypatch):
    """Return how many iterations a refusal costs."""
    settings.PASSWORD_HASHERS = ["tests.support.backend_names.SlowHasher"]
    work = []
    encode = PBKDF2PasswordHasher.encode

    def counted(self, password, salt, iterations=None):
        work.append(iterations or self.iterations)
        return encode(self, password, salt, iterations)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)

    def refused(username, password):
        work.clear()
        assert authenticate(username=username, password=password) is None
        return sum(work)

    return refused
