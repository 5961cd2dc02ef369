"""What has its kept form already becomes the same without scim2-models as by it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import Context, SCIMException

from entra_scim.document.attribute import Type
from entra_scim.document.attributes import ENTERPRISE_USER, USER
from entra_scim.scim import resources
from entra_scim.scim.plain import plain

ANN = {
    "userName": "ann@contoso.example",
    "active": True,
    "externalId": "4b3b3c1e-0000-4000-8000-000000000001",
    "name": {"givenName": "Ann", "familyName": "Smith"},
    "emails": [{"type": "work", "value": "ann@contoso.example", "primary": True}],
}

texts = st.sampled_from(("x", " ", " x ", "0", "é", "True")) | st.text(max_size=3)


def members(attributes):
    values = {attribute.name: of(attribute) for attribute in attributes}
    return st.fixed_dictionaries({}, optional=values).flatmap(
        lambda one: st.permutations(list(one.items())).map(dict)
    )


def of(attribute):
    if not attribute.parts:
        return st.booleans() if attribute.type is Type.BOOLEAN else texts
    one = members(attribute.parts)
    return st.lists(one, max_size=3) if attribute.multi_valued else one


sent = st.builds(
    lambda core, extension: {**core, **extension},
    members(USER.attributes),
    st.fixed_dictionaries(
        {}, optional={ENTERPRISE_USER.urn: members(ENTERPRISE_USER.attributes)}
    ),
)


@settings(max_examples=40)
@given(sent)
def test_both_ways_lead_to_the_same(resource):
    resource = {"active": True, "userName": "ann", **resource}
    before = json.dumps(resource)
    plainly = plain(resource)
    if plainly is None:
        return
    try:
        at_once = resources.kept_document(plainly)
    except SCIMException as refusal:
        at_once = refusal.detail
    try:
        library = resources.canonical(
            resources.validated(resource, Context.RESOURCE_CREATION_REQUEST)
        )
    except SCIMException as refusal:
        library = refusal.detail

    assert json.dumps(at_once) == json.dumps(library)
    assert json.dumps(resource) == before


def test_two_primary_values_are_for_the_library():
    email = {"value": "ann@contoso.example", "primary": True}
    assert plain({**ANN, "emails": [email, email]}) is None


def test_what_entra_sends_is_plain():
    document = resources.kept_document(plain(ANN))
    assert list(document) == ["externalId", "userName", "name", "active", "emails"]
    assert list(document["name"]) == ["familyName", "givenName"]


@pytest.mark.parametrize(
    "other",
    [
        {"UserName": "bob"},
        {"userName": " "},
        {"displayName": ["Ann"]},
        {"displayName": 1},
        {"active": "True"},
        {"name": "Ann"},
        {"name": {}},
        {"name": {"givenname": "Ann"}},
        {"emails": []},
        {"emails": [{"value": None}]},
        {"emails": [{"primary": "True"}]},
        {"favourite": "tea"},
        {ENTERPRISE_USER.urn: {"manager": "x"}},
    ],
)
def test_whatever_else_is_read_by_the_library(other):
    assert plain(ANN | other) is None
