"""A SCIM filter as a condition in SQL (RFC 7644 §3.4.2.2).

What is not understood is an error: from an empty list, Entra concludes that a
person is not there, and creates them a second time.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models import Q
from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttrPath,
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

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import normalize_filter
from entra_scim.document import compared_strings
from entra_scim.document.catalogue import KEYED_STRINGS, MULTI_VALUED, PARTS
from entra_scim.document.documents import CORE, ENTERPRISE
from entra_scim.models import ProvisionedElement
from entra_scim.text import comparison_keys

from . import columns, comparisons, keyed

MAX_LENGTH = 2048
MAX_DEPTH = 32
MAX_SCANS = 10
"""How many terms of a filter may have to look at each person."""

_STRING = r'"(?:\\.|[^"\\])*"'
_KEYED = {
    "id",
    *(path.lower() for path in columns.KEYS),
    *(path.lower() for path in KEYED_STRINGS),
    *(attribute.lower() for attribute in MULTI_VALUED),
}
_CONSTANTS = {"meta.resourcetype": "User"}
_ALWAYS_PRESENT = {"id", "schemas", "meta.version", *_CONSTANTS} | {
    *columns.BOOLEANS,
    *columns.TIMES,
}


def q_of(text: str, environment: AnyEnvironment) -> Q:
    """Return the condition on provisioned people that a filter means.

    Sub-queries are scoped to the environment too. An attribute that is absent
    compares as in RFC 7644: ``eq`` is false and ``ne`` true, whatever NULL is in
    SQL.

    Raises:
        InvalidFilterException: The filter does not parse, is too long, too deep
            or too costly, or compares what cannot be compared. Its context has
            the ``attribute`` that is to blame, where there is one.
    """
    _check(text)
    try:
        tree = ScimFilter[Any](normalize_filter(text)).ast
    except (InvalidFilterException, ValueError) as error:
        raise InvalidFilterException(
            detail=f"The filter does not parse: {error}."
        ) from None
    if sum(1 for node in _terms(tree) if not _is_keyed(node)) > MAX_SCANS:
        raise InvalidFilterException(
            detail=f"The filter compares more than {MAX_SCANS} times with what no "
            "index has. Ask for less at once."
        )
    return _PersonVisitor(environment).visit(tree)


def _check(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise InvalidFilterException(
            detail=f"The filter is longer than {MAX_LENGTH} characters."
        )
    comparisons.check_characters(text)
    depth = 0
    for character in re.sub(_STRING, "", text):
        depth += (character in "([") - (character in ")]")
        if depth > MAX_DEPTH:
            raise InvalidFilterException(
                detail=f"The filter is nested deeper than {MAX_DEPTH} levels."
            )


def _terms(node: FilterNode) -> Iterator[FilterNode]:
    if isinstance(node, Not):
        yield from _terms(node.expr)
    elif isinstance(node, LogicalExpr):
        for term in node.terms:
            yield from _terms(term)
    else:
        yield node


def _is_keyed(node: FilterNode) -> bool:
    if isinstance(node, ValuePath):
        return any(
            isinstance(term, Comparison) and term.op == CompareOperator.eq
            for term in _terms(node.val_filter)
        )
    if not isinstance(node, Comparison) or node.op != CompareOperator.eq:
        return False
    if node.value is None:
        return False
    path = columns.path_of(node.attr_path) or ""
    return path in _KEYED or path.removesuffix(".value") in _KEYED


class _Visitor(FilterVisitor[Q]):
    """Translate what all filters have in common."""

    def visit_not(self, node: Not) -> Q:
        return ~self.visit(node.expr)

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        connector = Q.AND if node.op == LogicalOperator.and_ else Q.OR
        return Q(*(self.visit(term) for term in node.terms), _connector=connector)

    def visit_comparison(self, node: Comparison) -> Q:
        if node.value is None:
            if node.op not in (CompareOperator.eq, CompareOperator.ne):
                raise comparisons.refusal(node, "null is compared with eq or ne only")
            present = self.present(node.attr_path)
            return ~present if node.op == CompareOperator.eq else present
        return self.compared(node)

    def visit_present(self, node: Present) -> Q:
        return self.present(node.attr_path)

    @abstractmethod
    def present(self, attribute: AttrPath) -> Q:
        """Return the condition that an attribute has a value."""

    @abstractmethod
    def compared(self, node: Comparison) -> Q:
        """Return the condition of a comparison with a value that is not null."""


class _PersonVisitor(_Visitor):
    """Translate a filter on people."""

    def __init__(self, environment: AnyEnvironment) -> None:
        self._environment = environment

    def visit_value_path(self, node: ValuePath) -> Q:
        path = columns.path_of(node.attr_path)
        if path not in columns.ELEMENTS:
            raise comparisons.unknown(node.attr_path)
        return self._having(columns.ELEMENTS[path], node.val_filter)

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        condition = super().visit_logical_expr(node)
        if node.op == LogicalOperator.or_ and all(map(_is_keyed, node.terms)):
            return keyed.resolved(condition, self._environment) or condition
        return condition

    def present(self, attribute: AttrPath) -> Q:
        path = columns.path_of(attribute)
        if path in columns.TEXTS:
            return Q(comparable__has_key=columns.TEXTS[path])
        if path in _ALWAYS_PRESENT:
            return comparisons.ALL
        name, part = self._element(attribute)
        if part is None:
            paths = columns.element_paths(name)
            return self._with_element(Q(path__in=paths, key__isnull=False))
        return self._having(name, Present(AttrPath(part)))

    def compared(self, node: Comparison) -> Q:
        path = columns.path_of(node.attr_path)
        if path in columns.TEXTS:
            return self._text_compared(columns.TEXTS[path], node)
        if path == "id":
            return comparisons.id_compared(node)
        if path in columns.BOOLEANS:
            return comparisons.boolean_compared(columns.BOOLEANS[path], node)
        if path in columns.TIMES:
            return comparisons.time_compared(columns.TIMES[path], node)
        if path == "meta.version":
            return comparisons.version_compared(node)
        if path in _CONSTANTS:
            return comparisons.constant_compared(_CONSTANTS[path], node)
        if path == "schemas":
            return _schemas_compared(node)
        name, part = self._element(node.attr_path)
        # Of several values, ne means that none is equal.
        negated = node.op == CompareOperator.ne
        operator = CompareOperator.eq if negated else node.op
        having = self._having(
            name, Comparison(AttrPath(part or "value"), operator, node.value)
        )
        return ~having if negated else having

    def _text_compared(self, path: str, node: Comparison) -> Q:
        operand = compared_strings.form(path, comparisons.string(node))
        if node.op == CompareOperator.eq:
            if path in columns.KEYS:
                return Q(**{columns.KEYS[path]: comparison_keys.digest(operand)})
            if path in KEYED_STRINGS:
                return self._with_element(Q(key=compared_strings.key(path, operand)))
        return comparisons.text_compared(columns.text(path.lower()), node, operand)

    def _element(self, attribute: AttrPath) -> tuple[str, str | None]:
        """Return the multi-valued attribute that a path is of, and its part."""
        name, _, part = (columns.path_of(attribute) or "").partition(".")
        if name not in columns.ELEMENTS:
            raise comparisons.unknown(attribute)
        return columns.ELEMENTS[name], part or None

    def _having(self, attribute: str, condition: FilterNode) -> Q:
        return self._with_element(_ElementVisitor(attribute).condition(condition))

    def _with_element(self, condition: Q) -> Q:
        elements = ProvisionedElement.objects.for_environment(self._environment)
        return Q(pk__in=elements.filter(condition).values("provisioned_user_id"))


class _ElementVisitor(_Visitor):
    """Translate the filter within ``emails[…]``, which is on one of its values."""

    def __init__(self, attribute: str) -> None:
        self._attribute = attribute
        self._parts = {part.lower(): part for part in PARTS[attribute]}

    def condition(self, tree: FilterNode) -> Q:
        """Return the condition on one row of ProvisionedElement.

        The parts of a value are in different rows, of which a condition sees one.
        """
        named = {
            str(term.attr_path).lower()
            for term in _terms(tree)
            if isinstance(term, Comparison | Present)
        } & self._parts.keys()
        if len(named) > 1:
            raise InvalidFilterException(
                detail=f"A filter in {self._attribute}[…] compares one of "
                f"{', '.join(sorted(named))} at a time, besides type and primary.",
                attribute=self._attribute,
            )
        if named and "value" not in self._parts and self._is_negative(tree):
            raise InvalidFilterException(
                detail=f"A filter in {self._attribute}[…] says what a value is, not "
                "what it is not.",
                attribute=self._attribute,
            )
        condition = self.visit(tree)
        if named:
            return Q(path=f"{self._attribute}.{self._parts[named.pop()]}") & condition
        return Q(path__in=columns.element_paths(self._attribute)) & condition

    def present(self, attribute: AttrPath) -> Q:
        name = str(attribute).lower()
        if name in ("type", "primary"):
            return Q(**{f"{name}__isnull": False})
        if name not in self._parts:
            raise comparisons.unknown(f"{self._attribute}.{attribute}")
        return Q(key__isnull=False)

    def compared(self, node: Comparison) -> Q:
        name = str(node.attr_path).lower()
        if name == "primary":
            return comparisons.boolean_compared("primary", node)
        if name == "type":
            operand = comparison_keys.folded(comparisons.string(node))
            field = columns.by_code_points(models.F("type"))
            return comparisons.text_compared(field, node, operand)
        if name not in self._parts:
            raise comparisons.unknown(f"{self._attribute}.{node.attr_path}")
        path = f"{self._attribute}.{self._parts[name]}"
        operand = compared_strings.form(path, comparisons.string(node))
        same = Q(key=compared_strings.key(path, operand))
        if PARTS[self._attribute][self._parts[name]].is_long:
            return comparisons.equality(node, same)
        if node.op == CompareOperator.eq:
            return same
        field = columns.by_code_points(models.F("value"))
        return comparisons.text_compared(field, node, operand)

    def _is_negative(self, node: FilterNode) -> bool:
        if isinstance(node, LogicalExpr):
            return any(self._is_negative(term) for term in node.terms)
        return isinstance(node, Not) or (
            isinstance(node, Comparison)
            and (node.op == CompareOperator.ne or node.value is None)
        )


def _schemas_compared(node: Comparison) -> Q:
    if comparisons.string(node).lower() == ENTERPRISE.lower():
        return comparisons.equality(node, Q(attributes__has_key=ENTERPRISE))
    return comparisons.constant_compared(CORE, node)
