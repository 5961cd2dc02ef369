"""Backends by their paths."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class SlowHasher(PBKDF2PasswordHasher):
    iterations = 20
