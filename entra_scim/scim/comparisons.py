"""Single comparisons of a filter as conditions in SQL, the same on every database."""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Right, StrIndex
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IsNull,
    LessThan,
    LessThanOrEqual,
)
from django.utils.dateparse import parse_datetime
from scim2_models import InvalidFilterException
from scim2_models.path import CompareOperator, Comparison

ALL = Q(pk__isnull=False)
NONE = Q(pk__isnull=True)

_LONGEST_NAME = 100
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,9})"')
_ORDERING: dict[CompareOperator, Any] = {
    CompareOperator.gt: GreaterThan,
    CompareOperator.ge: GreaterThanOrEqual,
    CompareOperator.lt: LessThan,
    CompareOperator.le: LessThanOrEqual,
}
_EQUALITY = (CompareOperator.eq, CompareOperator.ne)


def text_compared(expression: Any, node: Comparison, operand: str) -> Q:
    """Compare a string, exactly as Python would, on every database.

    Neither LIKE, which ignores case on SQLite, nor ``=``, which ignores spaces at
    the end on MariaDB.
    """
    present = Q(IsNull(expression, False))
    match node.op:
        case CompareOperator.ne:
            return ~(present & _equal(expression, operand))
        case CompareOperator.eq:
            return present & _equal(expression, operand)
        case CompareOperator.co if operand:
            return present & Q(
                GreaterThan(StrIndex(expression, models.Value(operand)), 0)
            )
        case CompareOperator.sw if operand:
            return present & Q(Exact(StrIndex(expression, models.Value(operand)), 1))
        case CompareOperator.ew if operand:
            end = Right(expression, len(operand))
            return present & _equal(end, operand)
        case CompareOperator.co | CompareOperator.sw | CompareOperator.ew:
            return present
    lookup = _ORDERING[node.op]
    return present & Q(lookup(expression, models.Value(operand)))


def _equal(expression: Any, operand: str) -> Q:
    if not operand:
        return NONE
    return Q(
        Exact(Length(expression), len(operand)),
        Exact(StrIndex(expression, models.Value(operand)), 1),
    )


def id_compared(node: Comparison) -> Q:
    try:
        same = Q(pk=uuid.UUID(string(node)))
    except ValueError:
        same = NONE
    return equality(node, same)


def boolean_compared(field: str, node: Comparison) -> Q:
    value = node.value
    if isinstance(value, str):  # as Entra writes booleans
        value = {"true": True, "false": False}.get(value.lower())
    if not isinstance(value, bool):
        raise refusal(node, "it is compared with true or false")
    return equality(node, Q(**{field: value}))


def time_compared(field: str, node: Comparison) -> Q:
    try:
        time = parse_datetime(string(node))
        if time is None:
            raise ValueError
        if time.tzinfo is None:
            time = time.replace(tzinfo=datetime.UTC)
        time = time.astimezone(datetime.UTC)
    except (OverflowError, ValueError):
        raise refusal(node, 'write the time as "2026-01-31T12:00:00Z"') from None
    if node.op in _ORDERING:
        suffix = {"ge": "gte", "le": "lte"}.get(node.op.value, node.op.value)
        return Q(**{f"{field}__{suffix}": time})
    if node.op not in _EQUALITY:
        raise refusal(node, f"{node.op.value} is for strings")
    return equality(node, Q(**{field: time}))


def version_compared(node: Comparison) -> Q:
    found = _VERSION.fullmatch(string(node))
    return equality(node, Q(version=int(found[1])) if found else NONE)


def constant_compared(value: str, node: Comparison) -> Q:
    """Compare what is the same for everybody, such as the type of the resource."""
    same = string(node).lower() == value.lower()
    return equality(node, ALL if same else NONE)


def equality(node: Comparison, same: Q) -> Q:
    """Return the condition of ``eq`` or ``ne``, where nothing else is possible."""
    if node.op == CompareOperator.eq:
        return same
    if node.op == CompareOperator.ne:
        return ~same
    raise refusal(node, "it is compared with eq or ne only")


def string(node: Comparison) -> str:
    """Return the string that a comparison is with.

    Raises:
        InvalidFilterException: It is with something else.
    """
    if not isinstance(node.value, str):
        raise refusal(node, "it is compared with a string in double quotes")
    check_characters(node.value)
    return node.value


def check_characters(text: str) -> None:
    """Refuse what is not text for a database, as an escape in a string may make."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidFilterException(
            detail="The filter has a NUL or half of a surrogate pair. Leave it out."
        )


def unknown(attribute: Any) -> InvalidFilterException:
    """Return the refusal of an attribute that is not kept here."""
    name = _shortened(attribute)
    return InvalidFilterException(
        detail=f"{name} cannot be filtered: no such attribute is kept here. "
        "Use one that /Schemas lists; for one of several values, name its part, "
        "such as emails.value.",
        attribute=name,
    )


def refusal(node: Any, reason: str) -> InvalidFilterException:
    """Return the refusal of a comparison with a known attribute."""
    name = _shortened(node.attr_path)
    operator = f" {node.op.value}" if isinstance(node, Comparison) else ""
    return InvalidFilterException(
        detail=f"{name}{operator} is not possible so: {reason}.", attribute=name
    )


def _shortened(attribute: Any) -> str:
    name = str(attribute)
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
