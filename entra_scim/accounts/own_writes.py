"""Tell our own saves of accounts from those of the product."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_is_ours: ContextVar[bool] = ContextVar("entra_scim_is_ours", default=False)


@contextlib.contextmanager
def ours() -> Iterator[None]:
    """Let what is saved within be known as Entra's doing."""
    token = _is_ours.set(True)
    try:
        yield
    finally:
        _is_ours.reset(token)


def is_ours() -> bool:
    """Tell whether what is being saved is Entra's doing."""
    return _is_ours.get()
