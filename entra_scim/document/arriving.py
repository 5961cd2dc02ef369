"""The document of the person that a request is about, for the product's code."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

_arriving: ContextVar[Mapping[str, Any]] = ContextVar(
    "entra_scim_arriving", default=MappingProxyType({})
)


@contextlib.contextmanager
def arriving(attributes: Mapping[str, Any]) -> Iterator[None]:
    """Let ``create_user`` know the document of the person, whose names it may save."""
    token = _arriving.set(attributes)
    try:
        yield
    finally:
        _arriving.reset(token)


def arrived() -> Mapping[str, Any]:
    """Return the document of the person who is being created, or an empty one."""
    return _arriving.get()


def value_of(attributes: Mapping[str, Any], path: str) -> tuple[bool, Any]:
    """Tell whether a document has something at a path, and return it.

    The name of an extension has dots of its own, and a colon before the attribute.
    """
    extension, colon, name = path.rpartition(":")
    top, _dot, sub = (extension, colon, name) if colon else path.partition(".")
    if top not in attributes:
        return False, None
    value = attributes[top]
    if not sub or value is None:
        return True, value
    return sub in value, value.get(sub)
