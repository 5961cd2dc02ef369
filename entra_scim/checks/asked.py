"""What all checks of databases have in common: Django names those that it checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage

from entra_scim.database.transactions import database


def of_our_database(
    check: Callable[[str], list[CheckMessage]],
) -> Callable[..., list[CheckMessage]]:
    """Let a check be asked as Django asks, and see the alias of the database of people.

    Nothing is said while Django does not check that one.
    """

    @wraps(check)
    def asked(
        app_configs: Sequence[AppConfig] | None,
        databases: Iterable[str] | None = None,
        **kwargs: Any,
    ) -> list[CheckMessage]:
        alias = database()
        return check(alias) if alias in (databases or ()) else []

    # Django looks at the signature of what it registers, which is not the check's.
    del asked.__wrapped__
    return asked
