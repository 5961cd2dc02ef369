"""What a document that sets an environment up may say."""

from __future__ import annotations

from typing import Any


class NotUnderstood(Exception):
    """A document, or what it wants, cannot be applied; the text says why."""


def checked(what: str, value: Any, names: tuple[str, ...] | None) -> dict[str, Any]:
    """Return a part of a document that is an object, with none but these names.

    Raises:
        NotUnderstood: It is not.
    """
    if not isinstance(value, dict):
        raise NotUnderstood(f"{what} is not an object.")
    unknown = sorted(value.keys() - {*names}) if names is not None else []
    if unknown:
        raise NotUnderstood(
            f"{what} has an unknown name {unknown[0]!r}. It may have "
            f"{', '.join(names or ())}."
        )
    return value
