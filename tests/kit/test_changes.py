"""What the kit's program changes, from what is there to what is wanted."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_scim.kit.program import changes


def registration(**members):
    """Return an application as the template makes it."""
    return {
        "appRoles": [
            {
                "id": "18d14569-c3bd-439b-9a66-3a2aee01d14f",
                "allowedMemberTypes": ["User"],
                "displayName": "User",
                "isEnabled": True,
                "origin": "Application",
                "value": None,
            }
        ],
        "web": {"redirectUris": [], "logoutUrl": None, "homePageUrl": "https://old"},
        "requiredResourceAccess": [],
        "optionalClaims": None,
        **members,
    }


def patched(found, body):
    """Return an application after a PATCH, as Graph keeps it."""
    return {
        **found,
        **body,
        "web": {**found["web"], **body.get("web", {})},
    }


def rows_of(schema):
    mapping = schema["synchronizationRules"][0]["objectMappings"][0]
    return {row["targetAttributeName"]: row for row in mapping["attributeMappings"]}


def test_the_application_gets_what_sign_in_and_roles_need(made):
    """In one PATCH, with what was there before."""
    change = changes.application(made["application"], registration())

    assert change.body["web"] == {
        "redirectUris": ["https://product.example/entra/callback/"],
        "logoutUrl": "https://product.example/entra/signed-out/1234/",
    }
    assert change.body["requiredResourceAccess"] == [
        {
            "resourceAppId": "00000003-0000-0000-c000-000000000000",
            "resourceAccess": [
                {"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}
            ],
        }
    ]
    assert change.body["optionalClaims"] == {
        "idToken": [
            {"name": name, "essential": False, "additionalProperties": []}
            for name in ("sid", "auth_time")
        ],
        "accessToken": [],
        "saml2Token": [],
    }
    roles = change.body["appRoles"]
    assert [role["value"] for role in roles] == [None, "Viewer", "Uploader"]
    assert not any("origin" in role for role in roles)


def test_a_second_run_finds_nothing_to_change(made):
    """Whatever order Entra keeps things in."""
    found = registration()
    after = patched(found, changes.application(made["application"], found).body)
    after["appRoles"].reverse()

    assert changes.application(made["application"], after) == ({}, [])


def test_what_others_put_there_stays(made):
    """Lists are replaced whole, so all of them goes back."""
    found = registration(
        web={"redirectUris": ["https://other.example/"], "logoutUrl": None},
        requiredResourceAccess=[
            {"resourceAppId": "other", "resourceAccess": [{"id": "x", "type": "Role"}]}
        ],
        optionalClaims={"idToken": [{"name": "email"}], "accessToken": [{"name": "a"}]},
    )

    body = changes.application(made["application"], found).body

    assert body["web"]["redirectUris"][0] == "https://other.example/"
    assert body["requiredResourceAccess"][0] == found["requiredResourceAccess"][0]
    assert body["optionalClaims"]["accessToken"] == [{"name": "a"}]
    assert body["optionalClaims"]["idToken"][0] == {"name": "email"}


def test_a_role_that_was_disabled_is_enabled(made):
    """With the ID that people are assigned to."""
    found = registration()
    found["appRoles"].append(
        {
            "id": "made-by-hand",
            "allowedMemberTypes": ["User"],
            "value": "Viewer",
            "isEnabled": False,
        }
    )

    change = changes.application(made["application"], found)

    viewers = [r for r in change.body["appRoles"] if r["value"] == "Viewer"]
    assert [role["id"] for role in viewers] == ["made-by-hand"]
    assert viewers[0]["isEnabled"] is True
    assert "App roles: enable Viewer" in change.differences
    assert found["appRoles"][1]["isEnabled"] is False


@pytest.mark.parametrize(
    ("members", "says"),
    [
        (
            {"web": {"redirectUris": [], "logoutUrl": "https://other.example/out"}},
            "signs people out at https://other.example/out",
        ),
        (
            {"appRoles": [{"value": "Viewer", "allowedMemberTypes": ["Application"]}]},
            "for applications only",
        ),
    ],
    ids=["anothers", "for-applications"],
)
def test_what_must_be_changed_by_hand_is_said(made, members, says):
    with pytest.raises(changes.Unsuitable, match=says):
        changes.application(made["application"], registration(**members))


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


def test_a_certificate_is_added_to_the_others():
    """And once only."""
    found = {"keyCredentials": [{"keyId": "1", "key": "AAAA", "usage": "Verify"}]}

    change = changes.certificates("BBBB", found)

    assert change.body["keyCredentials"][0] == found["keyCredentials"][0]
    assert change.body["keyCredentials"][1]["key"] == "BBBB"
    assert changes.certificates("BBBB", change.body).differences == []


def test_no_certificate_is_lost_whose_key_is_hidden():
    """Entra would replace the list by what it is sent."""
    with pytest.raises(changes.Unsuitable, match="by hand"):
        changes.certificates("BBBB", {"keyCredentials": [{"keyId": "1", "key": None}]})
