"""A SCIM filter as a condition in SQL (RFC 7644 §3.4.2.2).

What is not understood is an error: from an empty list, Entra concludes that a
person is not there, and creates them a second time.
"""

from __future__ import annotations

import datetime
import re
import uuid
from abc import abstractmethod
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
from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import (
    CompareOperator,
    Comparison,
    FilterNode,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)

from entra_scim import keys
from entra_scim.dialect import normalize_filter
from entra_scim.models import ProvisionedEmail
from entra_scim.models.environment import AnyEnvironment

from . import columns

MAX_LENGTH = 2048
MAX_DEPTH = 32

_STRING = r'"(?:\\.|[^"\\])*"'

_ORDERING: dict[CompareOperator, Any] = {
    CompareOperator.gt: GreaterThan,
    CompareOperator.ge: GreaterThanOrEqual,
    CompareOperator.lt: LessThan,
    CompareOperator.le: LessThanOrEqual,
}

_ALL = Q(pk__isnull=False)
_NONE = Q(pk__isnull=True)


def q_of(text: str, environment: AnyEnvironment) -> Q:
    """Return the condition on provisioned people that a filter means.

    Sub-queries are scoped to the environment too. An attribute that is absent
    compares as in RFC 7644: ``eq`` is false and ``ne`` true, whatever NULL is in
    SQL.

    Raises:
        InvalidFilterException: The filter does not parse, is too long or too
            deep, or compares what cannot be compared.
    """
    _check(text)
    try:
        tree = ScimFilter[Any](normalize_filter(text)).ast
    except (InvalidFilterException, ValueError) as error:
        raise InvalidFilterException(
            detail=f"The filter does not parse: {error}."
        ) from None
    return _PersonVisitor(environment).visit(tree)


def _check(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise InvalidFilterException(
            detail=f"The filter is longer than {MAX_LENGTH} characters."
        )
    _check_characters(text)
    depth = 0
    for character in re.sub(_STRING, "", text):
        depth += (character in "([") - (character in ")]")
        if depth > MAX_DEPTH:
            raise InvalidFilterException(
                detail=f"The filter is nested deeper than {MAX_DEPTH} levels."
            )


def _check_characters(text: str) -> None:
    """Refuse what is no text for a database, as an escape in a string may make."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidFilterException(detail="The filter has a character that is none.")


class _Visitor(FilterVisitor[Q]):
    """Translate what all filters have in common."""

    def visit_not(self, node: Not) -> Q:
        return ~self.visit(node.expr)

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        connector = Q.AND if node.op == LogicalOperator.and_ else Q.OR
        return Q(*(self.visit(term) for term in node.terms), _connector=connector)

    def visit_comparison(self, node: Comparison) -> Q:
        path = columns.path_of(node.attr_path)
        if node.value is None:
            if node.op not in (CompareOperator.eq, CompareOperator.ne):
                raise _refusal(node, "null is compared with eq or ne only")
            present = self.present(path, node)
            return ~present if node.op == CompareOperator.eq else present
        return self.compared(path, node)

    def visit_present(self, node: Present) -> Q:
        return self.present(columns.path_of(node.attr_path), node)

    def visit_value_path(self, node: ValuePath) -> Q:
        raise _unknown(node.attr_path)

    @abstractmethod
    def present(self, path: str | None, node: Any) -> Q:
        """Return the condition that an attribute has a value."""

    @abstractmethod
    def compared(self, path: str | None, node: Comparison) -> Q:
        """Return the condition of a comparison with a value that is not null."""


class _PersonVisitor(_Visitor):
    """Translate a filter on people."""

    def __init__(self, environment: AnyEnvironment) -> None:
        self._environment = environment

    def visit_value_path(self, node: ValuePath) -> Q:
        if columns.path_of(node.attr_path) != "emails":
            raise _unknown(node.attr_path)
        return self._having_email(_EmailVisitor().visit(node.val_filter))

    def present(self, path: str | None, node: Any) -> Q:
        if path in columns.TEXTS:
            return Q(IsNull(columns.text(path), False))
        if path in ("id", "active", *columns.MOMENTS):
            return _ALL
        if path == "emails":
            return self._having_email(_ALL)
        if email := _email_path(path):
            return self._having_email(_EmailVisitor().present(email, node))
        raise _unknown(node.attr_path)

    def compared(self, path: str | None, node: Comparison) -> Q:
        if path == "username" and node.op == CompareOperator.eq:
            return Q(user_name_key=keys.user_name_key(_string(node)))
        if path == "externalid" and node.op == CompareOperator.eq:
            return Q(
                external_id_key=keys.digest(keys.canonical_external_id(_string(node)))
            )
        if path in columns.TEXTS:
            operand = _string(node)
            if path != "externalid":  # the one that is caseExact
                operand = keys.folded(operand)
            return _text_compared(columns.text(path), node, operand)
        if path == "id":
            return _id_compared(node)
        if path == "active":
            return _boolean_compared("active", node)
        if path in columns.MOMENTS:
            return _moment_compared(columns.MOMENTS[path], node)
        if email := _email_path(path):
            return self._emails_compared(email, node)
        raise _unknown(node.attr_path)

    def _emails_compared(self, path: str, node: Comparison) -> Q:
        # Of several values, ne means that none is equal.
        if node.op == CompareOperator.ne:
            node = Comparison(node.attr_path, CompareOperator.eq, node.value)
            return ~self._emails_compared(path, node)
        return self._having_email(_EmailVisitor().compared(path, node))

    def _having_email(self, condition: Q) -> Q:
        emails = ProvisionedEmail.objects.for_environment(self._environment)
        return Q(pk__in=emails.filter(condition).values("provisioned_user_id"))


class _EmailVisitor(_Visitor):
    """Translate the filter within ``emails[…]``, which is on one address."""

    def present(self, path: str | None, node: Any) -> Q:
        if path not in columns.EMAILS:
            raise _unknown(node.attr_path)
        return Q(**{f"{columns.EMAILS[path]}__isnull": False})

    def compared(self, path: str | None, node: Comparison) -> Q:
        if path == "primary":
            return _boolean_compared("primary", node)
        if path not in columns.EMAILS:
            raise _unknown(node.attr_path)
        operand = keys.folded(_string(node))
        if path == "value" and node.op == CompareOperator.eq:
            return Q(value_key=keys.digest(operand))
        field = columns.by_code_points(models.F(columns.EMAILS[path]))
        return _text_compared(field, node, operand)


def _email_path(path: str | None) -> str | None:
    if path == "emails":
        return "value"
    attribute, _, sub_attribute = (path or "").partition(".")
    return sub_attribute if attribute == "emails" and sub_attribute else None


def _text_compared(expression: Any, node: Comparison, operand: str) -> Q:
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
        return _NONE
    return Q(
        Exact(Length(expression), len(operand)),
        Exact(StrIndex(expression, models.Value(operand)), 1),
    )


def _id_compared(node: Comparison) -> Q:
    try:
        same = Q(pk=uuid.UUID(_string(node)))
    except ValueError:
        same = _NONE
    if node.op == CompareOperator.eq:
        return same
    if node.op == CompareOperator.ne:
        return ~same
    raise _refusal(node, "it is compared with eq or ne only")


def _boolean_compared(field: str, node: Comparison) -> Q:
    value = node.value
    if isinstance(value, str):  # as Entra writes booleans
        value = {"true": True, "false": False}.get(value.lower())
    if not isinstance(value, bool):
        raise _refusal(node, "it is compared with true or false")
    same = Q(**{field: value})
    if node.op == CompareOperator.eq:
        return same
    if node.op == CompareOperator.ne:
        return ~same
    raise _refusal(node, "it is compared with eq or ne only")


def _moment_compared(field: str, node: Comparison) -> Q:
    try:
        moment = parse_datetime(_string(node))
        if moment is None:
            raise ValueError
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        moment = moment.astimezone(datetime.UTC)
    except (OverflowError, ValueError):
        raise _refusal(node, 'write the moment as "2026-01-31T12:00:00Z"') from None
    if node.op == CompareOperator.eq:
        return Q(**{field: moment})
    if node.op == CompareOperator.ne:
        return ~Q(**{field: moment})
    if node.op in _ORDERING:
        suffix = {"ge": "gte", "le": "lte"}.get(node.op.value, node.op.value)
        return Q(**{f"{field}__{suffix}": moment})
    raise _refusal(node, f"{node.op.value} is for strings")


def _string(node: Comparison) -> str:
    if not isinstance(node.value, str):
        raise _refusal(node, "it is compared with a string in double quotes")
    _check_characters(node.value)
    return node.value


def _unknown(attribute: FilterNode | Any) -> InvalidFilterException:
    return InvalidFilterException(
        detail=f"{attribute} cannot be filtered. Supported: {columns.SUPPORTED}."
    )


def _refusal(node: Comparison, reason: str) -> InvalidFilterException:
    return InvalidFilterException(
        detail=f"{node.attr_path} {node.op.value} is not possible so: {reason}."
    )
