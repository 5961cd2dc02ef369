"""Which attributes of a resource an answer has (RFC 7644 §3.9)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scim2_models import InvalidValueException

from entra_scim.document.catalogue import EXTENSION
from entra_scim.document.documents import CORE, ENTERPRISE

MAX_NAMES = 200
"""How many names a request may give. There are fewer attributes."""

_LONGEST_NAME = 300
_ALWAYS = ("schemas", "id")
_NAME = re.compile(r"(?:urn:[^\s\[\]\"]+|[a-z$][\w$-]*(?:\.[a-z$][\w$-]*)?)", re.ASCII)
_SELECTION = re.compile(r'\[(?:"(?:\\.|[^"\\])*"|[^"\[\]])*\]')


@dataclass(frozen=True)
class Projection:
    """The attributes to show, or those to leave out, by path in lower case."""

    names: frozenset[str]
    excluding: bool = False

    @classmethod
    def of(
        cls, attributes: list[str] | None, excluded: list[str] | None
    ) -> Projection | None:
        """Return what a request asks for, or None for everything.

        A value that is selected, as in ``emails[type eq "work"]``, stands for its
        attribute. Unknown names select nothing.

        Raises:
            InvalidValueException: Both parameters are given, or a name is not one of
                an attribute.
        """
        if attributes and excluded:
            raise InvalidValueException(
                detail="attributes and excludedAttributes exclude each other."
            )
        if attributes:
            return cls(frozenset(_paths(attributes)))
        return cls(frozenset(_paths(excluded)), excluding=True) if excluded else None

    def __call__(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Return a resource with just what is to be shown."""
        shown = {}
        for name, value in resource.items():
            if name not in _ALWAYS:
                separator = ":" if name == ENTERPRISE else "."
                value = self._shown(value, name.lower(), separator)
            if value is not None:
                shown[name] = value
        return shown

    def _shown(self, value: Any, path: str, separator: str = ".") -> Any:
        if path in self.names:
            return None if self.excluding else value
        if isinstance(value, dict):
            parts = {
                name: shown
                for name, part in value.items()
                if (shown := self._shown(part, f"{path}{separator}{name.lower()}"))
                is not None
            }
            return parts or None
        if isinstance(value, list):
            items = [
                shown
                for item in value
                if (shown := self._shown(item, path)) is not None
            ]
            return items or None
        return value if self.excluding else None


def names_in(value: Any) -> list[str]:
    """Return the names in a list: with commas in a URL, an array in a body.

    Raises:
        InvalidValueException: There are too many, or it is not a list of names.
    """
    if isinstance(value, str):
        if len(value) > MAX_NAMES * _LONGEST_NAME:
            raise _too_many()
        value = _SELECTION.sub("", value).split(",")
    if not isinstance(value, list):
        raise _not_names()
    if len(value) > MAX_NAMES:
        raise _too_many()
    if not all(isinstance(name, str) for name in value):
        raise _not_names()
    return [name for name in value if name.strip()]


def _paths(names: list[str]) -> Iterable[str]:
    for name in names:
        if len(name) > _LONGEST_NAME:
            raise _not_names()
        path = _SELECTION.sub("", name).strip().lower()
        if not _NAME.fullmatch(path):
            raise _not_names()
        path = path.removeprefix(f"{CORE.lower()}:")
        if path.partition(".")[0] in EXTENSION:
            path = f"{ENTERPRISE.lower()}:{path}"
        yield path


def _too_many() -> InvalidValueException:
    return InvalidValueException(
        detail=f"A request names at most {MAX_NAMES} attributes. Name fewer."
    )


def _not_names() -> InvalidValueException:
    return InvalidValueException(
        detail="attributes and excludedAttributes are lists of attribute names."
    )
