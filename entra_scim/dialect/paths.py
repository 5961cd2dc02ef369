"""What the path of an operation points at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from scim2_models import InvalidPathException, Path
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    LogicalOperator,
    Not,
    ValuePath,
)

from .reading import check_text
from .values import CORE, ENTERPRISE, MULTI_VALUED, normalize_boolean

_MAX_PATH = 512
_MAX_TERMS = 8  # of the filter in a path
_DESCRIBING = {"type", "primary"}


@dataclass(frozen=True)
class Target:
    """What a path points at. ``attribute`` is as sent; names have no case."""

    extension: bool
    attribute: str
    value_filter: FilterNode | None
    sub_attribute: str | None

    @property
    def name(self) -> str:
        return self.attribute.lower()

    @property
    def is_list(self) -> bool:
        return (
            self.name in MULTI_VALUED
            and self.value_filter is None
            and self.sub_attribute is None
        )

    @property
    def is_element(self) -> bool:
        return self.value_filter is not None and self.sub_attribute is None

    @property
    def is_role_value(self) -> bool:
        return (
            self.name == "roles"
            and self.value_filter is not None
            and (self.sub_attribute or "").lower() == "value"
        )

    @property
    def comparisons(self) -> int:
        """With how much the filter compares each value."""
        return len(list(_leaves(self.value_filter))) if self.value_filter else 0

    @cached_property
    def unfiltered(self) -> str:
        """The path without its filter, which may compare with somebody's address."""
        return str(replace(self, value_filter=None))

    @property
    def changed(self) -> str:
        """The path of the smallest attribute that does not depend on others."""
        return self.attribute if self.name in MULTI_VALUED else self.unfiltered

    def __str__(self) -> str:
        prefix = f"{ENTERPRISE}:" if self.extension else ""
        selection = f"[{self.value_filter}]" if self.value_filter else ""
        suffix = f".{self.sub_attribute}" if self.sub_attribute else ""
        return f"{prefix}{self.attribute}{selection}{suffix}"


@lru_cache(maxsize=1024)
def target_of(path: str) -> Target | None:
    """Return what a path points at, or None for the attribute of a foreign schema.

    Raises:
        InvalidPathException: The path does not parse.
        InvalidSyntaxException: A string of its filter is not text.
    """
    if len(path) > _MAX_PATH:
        raise InvalidPathException(
            detail=f"The path is longer than {_MAX_PATH} characters."
        )
    try:
        tree = Path(path).ast
    except InvalidPathException as error:
        # Without the path itself: a filter in it may have somebody's address.
        raise InvalidPathException(
            detail=f"The path does not parse: {error.detail}."
        ) from None
    selection, sub_attribute = None, None
    if isinstance(tree, ValuePath):
        selection, sub_attribute = _normalized(tree.val_filter), tree.sub_attr
        tree = tree.attr_path
    elif isinstance(tree, AttrPath):
        sub_attribute = tree.sub_attr
    if not isinstance(tree, AttrPath):
        raise InvalidPathException(detail="The path is not that of an attribute.")
    urn = (tree.uri or CORE).lower()
    # The manager is the one attribute that Entra has sent without its schema.
    extension = urn == ENTERPRISE.lower() or (
        tree.attr.lower() == "manager" and urn == CORE.lower()
    )
    if not extension and urn != CORE.lower():
        return None
    return Target(extension, tree.attr, selection, sub_attribute)


def for_writing(target: Target) -> Target:
    """Return a target that is created only where Entra means it, by type or primary.

    scim2-models creates what the ``eq`` comparisons of an unmatched filter describe.
    For ``roles[value eq "X"].display``, that would be a role that nobody assigned.
    A double negation selects the same and describes nothing.
    """
    if target.value_filter is None or _describes(target.value_filter):
        return target
    return replace(target, value_filter=Not(Not(target.value_filter)))


def attributes_of(node: FilterNode) -> set[str]:
    """Return the names that a filter compares, in lower case."""
    return {
        comparison.attr_path.attr.lower()
        for comparison in _leaves(node)
        if isinstance(comparison, Comparison)
    }


def _describes(node: FilterNode) -> bool:
    terms: tuple[FilterNode, ...] = (node,)
    if isinstance(node, LogicalExpr) and node.op == LogicalOperator.and_:
        terms = node.terms
    return all(
        isinstance(term, Comparison)
        and term.op == CompareOperator.eq
        and term.value is not None
        and term.attr_path.attr.lower() in _DESCRIBING
        for term in terms
    )


def _normalized(node: FilterNode) -> FilterNode:
    """Check a filter, and compare ``primary`` with a boolean, not with "True".

    The strings of a filter are decoded after the body was checked, and become a
    value where a filter describes one that is not there yet.
    """
    leaves = list(_leaves(node))
    if len(leaves) > _MAX_TERMS:
        raise InvalidPathException(
            detail=f"The filter in the path has more than {_MAX_TERMS} comparisons."
        )
    for leaf in leaves:
        if isinstance(leaf, Comparison) and isinstance(leaf.value, str):
            check_text(leaf.value)
    return _with_booleans(node)


def _leaves(node: FilterNode) -> Iterator[FilterNode]:
    match node:
        case LogicalExpr():
            for term in node.terms:
                yield from _leaves(term)
        case Not():
            yield from _leaves(node.expr)
        case _:
            yield node


def _with_booleans(node: FilterNode) -> FilterNode:
    match node:
        case Comparison(value=str()) if node.attr_path.attr.lower() == "primary":
            return replace(node, value=normalize_boolean("primary", node.value))
        case LogicalExpr():
            return replace(node, terms=tuple(_with_booleans(t) for t in node.terms))
        case Not():
            return replace(node, expr=_with_booleans(node.expr))
    return node
