"""A PATCH of single values is done at once, to the same end as by scim2-models."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entra_scim.dialect import read_operations
from entra_scim.scim import resources
from entra_scim.scim.single_values import (
    SINGLE,
    differ_in_texts,
    with_single_values,
)

OLD = {
    "userName": "ann@contoso.example",
    "name": {"familyName": "Smith", "givenName": "Ann"},
    "displayName": "Ann",
    "active": True,
    "emails": [{"value": "ann@contoso.example", "type": "work", "primary": True}],
    "roles": [{"value": "Viewer", "primary": False}],
    resources.ENTERPRISE: {"manager": {"value": "x"}},
}
BARE = {"userName": "ann@contoso.example", "active": False}

paths = st.sampled_from(sorted(SINGLE)).flatmap(
    lambda path: st.sampled_from((path, path.upper()))
)
texts = st.sampled_from(("x", " x ", "0", "é", "{}")) | st.text(min_size=1, max_size=5)


@st.composite
def operations(draw):
    path = draw(paths)
    value = draw(st.booleans() if SINGLE[path.lower()][1] is bool else texts)
    return {"op": draw(st.sampled_from(("add", "Replace"))), "path": path} | {
        "value": value
    }


@settings(max_examples=60)
@given(st.lists(operations(), min_size=1, max_size=3), st.sampled_from((OLD, BARE)))
def test_single_values_become_the_same_in_both_ways(sent, old):
    writes = read_operations(sent)
    before = repr(old)

    simply = with_single_values(old, writes.changes)
    if writes.refused or simply is None:
        # A blank text clears its attribute.
        assert any(not str(one["value"]).strip() for one in sent) or writes.refused
        return
    at_once = resources.canonical(
        resources.validated(simply, resources.Context.DEFAULT)
    )
    library = resources.canonical(resources.patched_by_library(old, writes.changes))

    assert list(at_once.items()) == list(library.items())
    if differ_in_texts(simply, old):  # which is not validated
        assert list(simply.items()) == list(library.items())
    assert repr(old) == before


@pytest.mark.parametrize("old", [OLD, BARE])
@pytest.mark.parametrize(
    "value",
    [
        [{"value": "Uploader"}],
        [{"Value": "Uploader", "PRIMARY": "False"}, {"value": "Viewer"}],
        [{"value": "Viewer"}, {"value": "Viewer", "display": "Twice"}],
        [{"value": "Viewer", "unknown": "x"}, {"type": "work"}],
        '{"id": "1", "value": "Uploader", "displayName": "Up"}',
        {"value": "Uploader", "primary": False},
    ],
)
def test_all_roles_become_the_same_in_both_ways(value, old):
    """As Entra replaces them, none of them primary."""
    sent = [{"op": "Replace", "path": "roles", "value": value}]
    changes = read_operations(sent).changes

    simply = with_single_values(old, changes)

    assert not differ_in_texts(simply, old)
    at_once = resources.canonical(
        resources.validated(simply, resources.Context.DEFAULT)
    )
    library = resources.canonical(resources.patched_by_library(old, changes))
    assert list(at_once.items()) == list(library.items())


def test_what_comes_or_goes_is_validated():
    """Only then are its names in their order."""
    assert differ_in_texts({**OLD, "displayName": "B", "active": False}, OLD)
    for other in ({"title": "x"}, {"name": {"givenName": "A"}}, {"displayName": " "}):
        assert not differ_in_texts({**OLD, **other}, OLD)


def test_everything_else_is_left_to_the_library():
    for operation in (
        {"op": "remove", "path": "title"},
        {"op": "replace", "path": "emails", "value": [{"value": "x@x.example"}]},
        {"op": "replace", "path": "roles", "value": [{"value": "x", "primary": True}]},
        {"op": "add", "path": "roles", "value": [{"value": "x"}]},
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "x@x.y"},
        {"op": "replace", "path": f"{resources.ENTERPRISE}:manager", "value": "x"},
    ):
        [change] = read_operations([operation]).changes
        assert with_single_values(OLD, [change]) is None, operation
