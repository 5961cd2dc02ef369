"""The product's own model of users, which its policy writes in its annotations."""

from __future__ import annotations

from typing import Any

AnyUser = Any
"""A user of whichever model the product has: type checkers know only Django's base."""
