"""What runs after a commit takes nothing back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from entra_scim.logs import logger


def take_nothing_back(connection: Any, first: int) -> None:
    """Let what runs after the commit be logged if it fails, from a hook's index on.

    Django's own ``robust`` raises where its log does, as one may that is in the
    database. That would count as a failure of the work, which would be done twice.
    """
    registered: list[Any] = connection.run_on_commit
    registered[first:] = [
        (savepoints, partial(_logged, hook), True)
        for savepoints, hook, _is_robust in registered[first:]
    ]


def _logged(hook: Callable[[], object]) -> None:
    try:
        hook()
    except Exception:
        name = getattr(hook, "__qualname__", type(hook).__qualname__)
        logger.exception("What on_commit was to call failed: %s", name)
