"""The mappings that the kit edits."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_scim.kit.program import changes


def rows_of(schema):
    mapping = schema["synchronizationRules"][0]["objectMappings"][0]
    return {row["targetAttributeName"]: row for row in mapping["attributeMappings"]}


def test_the_schema_gets_object_ids_and_roles_and_no_groups(made, schema):
    """In the shapes of Microsoft's reference."""
    change = changes.schema(made["schema"], schema)

    rows = rows_of(change.body)
    assert rows["externalId"]["source"]["expression"] == "[objectId]"
    assert rows["externalId"]["noted"] == "by Entra"
    assert rows["roles"] == {
        "targetAttributeName": "roles",
        "flowType": "Always",
        "flowBehavior": "FlowWhenChanged",
        "matchingPriority": 0,
        "defaultValue": None,
        "exportMissingReferences": False,
        "source": {
            "type": "Function",
            "name": "AssertiveAppRoleAssignmentsComplex",
            "expression": "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
            "parameters": [
                {
                    "key": "source",
                    "value": {
                        "type": "Attribute",
                        "name": "appRoleAssignments",
                        "expression": "[appRoleAssignments]",
                        "parameters": [],
                    },
                }
            ],
        },
    }
    described = change.body["directories"][1]["objects"][0]["attributes"]
    assert described[-1]["name"] == "roles"
    assert described[-1]["multivalued"] is True
    assert (
        change.body["synchronizationRules"][0]["objectMappings"][1]["enabled"] is False
    )
    assert change.differences == [
        "Mapping: externalId from [objectId]",
        "Mapping: add roles from "
        "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
        "Group: do not provision",
        "Attribute list: add roles, String, Multi-Value",
    ]


def test_all_else_of_the_schema_is_sent_back_as_it_came(made, schema):
    """What is put back where it was gives the schema that was found."""
    before = copy.deepcopy(schema)

    body = changes.schema(made["schema"], schema).body

    assert schema == before
    body = copy.deepcopy(body)
    users, groups = body["synchronizationRules"][0]["objectMappings"]
    groups["enabled"] = True
    assert users["attributeMappings"].pop()["targetAttributeName"] == "roles"
    users["attributeMappings"][2]["source"] = rows_of(before)["externalId"]["source"]
    body["directories"][1]["objects"][0]["attributes"].pop()
    assert body == before


def test_an_edited_schema_needs_no_edit(made, schema):
    """Nor one of which Entra writes the expression with spaces."""
    edited = changes.schema(made["schema"], schema).body
    rows_of(edited)["roles"]["source"]["expression"] = (
        "AssertiveAppRoleAssignmentsComplex( [appRoleAssignments] )"
    )

    assert changes.schema(made["schema"], edited) == (edited, [])


def test_a_mapping_with_another_function_is_corrected(made, schema):
    """Also one to a part of roles, which would write to the same attribute."""
    rows = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    for target, function in (
        ("roles", "AppRoleAssignmentsComplex"),
        ('roles[primary eq "True"].value', "SingleAppRoleAssignment"),
    ):
        rows.append(
            {
                "targetAttributeName": target,
                "flowType": "Always",
                "source": {
                    "type": "Function",
                    "name": function,
                    "expression": f"{function}([appRoleAssignments])",
                },
            }
        )

    change = changes.schema(made["schema"], schema)

    rows = rows_of(change.body)
    assert rows["roles"]["source"]["name"] == "AssertiveAppRoleAssignmentsComplex"
    assert 'roles[primary eq "True"].value' not in rows
    assert 'Mapping: delete roles[primary eq "True"].value' in change.differences


@pytest.mark.parametrize(
    "found",
    [{"source": None}, {"flowType": "ObjectAddOnly"}],
    ids=["no-source", "once"],
)
def test_a_mapping_that_does_not_flow_is_corrected(made, schema, found):
    """Whatever a row of the target lacks."""
    edited = copy.deepcopy(changes.schema(made["schema"], schema).body)
    rows_of(edited)["roles"].update(found)

    change = changes.schema(made["schema"], edited)

    (difference,) = change.differences
    assert difference.startswith("Mapping: roles from ")
    row = rows_of(change.body)["roles"]
    assert row["flowType"] == "Always"
    assert row["source"]["name"] == "AssertiveAppRoleAssignmentsComplex"


def test_an_attribute_of_another_kind_is_corrected(made, schema):
    """As somebody describes it by hand in the portal."""
    edited = copy.deepcopy(changes.schema(made["schema"], schema).body)
    attributes = edited["directories"][1]["objects"][0]["attributes"]
    attributes[-1]["multivalued"] = False

    change = changes.schema(made["schema"], edited)

    assert change.differences == ["Attribute list: roles is String, Multi-Value"]
    described = change.body["directories"][1]["objects"][0]["attributes"]
    assert described[-1]["multivalued"] is True
    assert len(described) == len(attributes)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "no rule in it maps"),
        ({"synchronizationRules": {"a": 1}}, "should be a list"),
        ({"synchronizationRules": [1]}, "should be a list"),
        (
            {
                "synchronizationRules": [
                    {
                        "targetDirectoryName": "customappsso",
                        "objectMappings": [{"sourceObjectName": "User"}],
                    }
                ]
            },
            "describes no users of the target customappsso",
        ),
    ],
    ids=["empty", "object", "number", "no-directory"],
)
def test_what_is_not_a_schema_is_refused(made, document, says):
    with pytest.raises(changes.Unsuitable, match=says):
        changes.schema(made["schema"], document)


NAMES = (
    "synchronizationRules",
    "objectMappings",
    "attributeMappings",
    "directories",
    "objects",
    "attributes",
    "sourceObjectName",
    "targetAttributeName",
    "source",
    "name",
)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["User", "roles", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(document=st.dictionaries(st.sampled_from(NAMES), JSON))
def test_no_document_makes_the_edit_fail_otherwise(document):
    """It is edited or refused, and an edited one needs no second edit."""
    wanted = json.loads(WANTED)
    try:
        change = changes.schema(wanted, document)
    except changes.Unsuitable:
        return
    assert changes.schema(wanted, change.body).differences == []


WANTED = json.dumps(
    {
        "sourceObject": "User",
        "leftOut": "Group",
        "flowTypes": "Add",
        "attribute": {"name": "roles", "type": "String", "multivalued": True},
        "mappings": [],
    }
)
