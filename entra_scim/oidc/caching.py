"""Django's cache, without which everything still works.

What is kept in it can be had again. So a cache that does not answer, or raises what
its library likes, is one that is empty and takes nothing.
"""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from entra_scim.logs import logger


def get(key: str) -> Any:
    """Return what is kept under a key, or None."""
    try:
        return cache.get(key)
    except Exception:
        _note()
        return None


def put(key: str, value: Any, seconds: int) -> None:
    """Keep a value for some time."""
    try:
        cache.set(key, value, seconds)
    except Exception:
        _note()


def is_first(key: str, seconds: int) -> bool:
    """Tell whether nobody has asked so for some time.

    Nobody is the first while the cache does not answer: what happens once in a while
    must not happen at each request.
    """
    try:
        return cache.add(key, 1, seconds)
    except Exception:
        _note()
        return False


def _note() -> None:
    logger.warning("The cache does not answer. Going on without it", exc_info=True)
