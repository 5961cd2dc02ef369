"""Compared with the literal payloads of Microsoft's pages and of observed traffic."""

from __future__ import annotations

import json

import pytest

from entra_emulator import Tenant
from entra_emulator.provisioning.mappings import (
    Mapping,
    advised,
    desired_values,
    role_mapping,
    source_values,
)
from entra_emulator.provisioning.open_points import (
    AssertiveForm,
    DefaultAccess,
    ManagerForm,
    OpenPoints,
    SingleForm,
    SingleValue,
)
from entra_emulator.provisioning.roles import RoleFunction
from entra_emulator.provisioning.wire import (
    differences,
    manager_body,
    patch_body,
    post_body,
)
from support.people import PROFILE

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ROLE = "WindowsAzureActiveDirectoryRole"


@pytest.fixture
def ann(tenant, app, role):
    person = tenant.add_person("ann@contoso.example", "Ann Smith", profile=PROFILE)
    app.assign(person, role("Viewer"))
    app.assign(person, app.add_role("Clerk", "May file"))
    return person


def values_of(person, app, mappings, points=None, *, in_scope=True):
    points = points or OpenPoints()
    return desired_values(
        mappings, source_values(person, app, points, in_scope=in_scope)
    )


def operations(person, app, mappings, resource, *, flagged, points=None, in_scope=True):
    points = points or OpenPoints()
    values = values_of(person, app, mappings, points, in_scope=in_scope)
    changes = differences(values, resource, points)
    return patch_body(changes, points, flagged=flagged)["Operations"]


def test_a_post_has_every_default_row(ann, app):
    """As an unchanged mapping and roles yield it."""
    body = post_body(values_of(ann, app, advised()), OpenPoints())

    assert body == {
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            ENTERPRISE,
        ],
        "externalId": ann.object_id,
        "userName": "ann@contoso.example",
        "active": True,
        "displayName": "Ann Smith",
        "title": "Clerk",
        "preferredLanguage": "nl-BE",
        "name": {"givenName": "Ann", "familyName": "Smith", "formatted": "Ann Smith"},
        "emails": [{"type": "work", "primary": True, "value": "ann@contoso.example"}],
        "addresses": [
            {
                "type": "work",
                "formatted": "18/2111",
                "streetAddress": "Korenmarkt 1",
                "locality": "Gent",
                "region": "Oost-Vlaanderen",
                "postalCode": "9000",
                "country": "Belgium",
                "primary": True,
            }
        ],
        "phoneNumbers": [
            {"type": "work", "primary": True, "value": "+32 9 555 01 09"},
            {"type": "mobile", "value": "+32 470 55 01 09"},
            {"type": "fax", "value": "+32 9 555 01 10"},
        ],
        ENTERPRISE: {"employeeNumber": "701984", "department": "Sales"},
        "roles": [
            {"primary": False, "type": ROLE, "display": "Viewer", "value": "Viewer"},
            {"primary": False, "type": ROLE, "display": "May file", "value": "Clerk"},
        ],
        "meta": {"resourceType": "User"},
    }


def test_what_has_no_value_is_not_sent(tenant, app):
    """A source that is null sends nothing at all."""
    person = tenant.add_person("bare@contoso.example", "Bare", mail="")
    app.assign(person)

    assert post_body(values_of(person, app, advised()), OpenPoints()) == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": person.object_id,
        "userName": "bare@contoso.example",
        "active": True,
        "displayName": "Bare",
        "name": {"givenName": "Bare", "formatted": "Bare"},
        "meta": {"resourceType": "User"},
    }


def test_leaving_without_the_flag(ann, app):
    assert operations(
        ann, app, advised()[1:2], {"active": True}, flagged=False, in_scope=False
    ) == [{"op": "Replace", "path": "active", "value": "False"}]


def test_leaving_with_the_flag(ann, app):
    assert operations(
        ann, app, advised()[1:2], {"active": True}, flagged=True, in_scope=False
    ) == [{"op": "replace", "path": "active", "value": False}]


SEVERAL = [
    Mapping("displayName", "displayName"),
    Mapping('emails[type eq "work"].value', "mail"),
    Mapping("name.givenName", "givenName"),
    Mapping(f"{ENTERPRISE}:employeeNumber", "employeeId"),
    Mapping("title", "jobTitle"),
]
FORMER = {
    "displayName": "Anna",
    "emails": [{"type": "work", "value": "anna@contoso.example"}],
    "name": {"givenName": "Anna"},
    ENTERPRISE: {"employeeNumber": "1"},
}


def test_several_attributes_without_the_flag(ann, app):
    """Each has an operation of its own; what was not there is added."""
    assert operations(ann, app, SEVERAL, FORMER, flagged=False) == [
        {"op": "Replace", "path": "displayName", "value": "Ann Smith"},
        {
            "op": "Replace",
            "path": 'emails[type eq "work"].value',
            "value": "ann@contoso.example",
        },
        {"op": "Replace", "path": "name.givenName", "value": "Ann"},
        {
            "op": "Replace",
            "path": f"{ENTERPRISE}:employeeNumber",
            "value": "701984",
        },
        {"op": "Add", "path": "title", "value": "Clerk"},
    ]


def test_several_attributes_with_the_flag(ann, app):
    """What has no filter comes together, with flat keys and without a path."""
    assert operations(ann, app, SEVERAL, FORMER, flagged=True) == [
        {
            "op": "replace",
            "path": 'emails[type eq "work"].value',
            "value": "ann@contoso.example",
        },
        {
            "op": "replace",
            "value": {
                "displayName": "Ann Smith",
                "name.givenName": "Ann",
                f"{ENTERPRISE}:employeeNumber": "701984",
            },
        },
        {"op": "add", "value": {"title": "Clerk"}},
    ]


def decoded(operation):
    """Return an operation with the JSON inside the strings of its values decoded."""
    items = [json.loads(item["value"]) for item in operation["value"]]
    return {**operation, "value": items}


@pytest.mark.parametrize(
    ("function", "op"),
    [(RoleFunction.ADD_ONLY, "Add"), (RoleFunction.ASSERTIVE, "Replace")],
)
def test_roles_without_the_flag_are_json_in_strings(ann, app, role, function, op):
    [operation] = operations(ann, app, [role_mapping(function)], {}, flagged=False)

    clerk = next(r for r in app.app_roles if r.value == "Clerk")
    assert decoded(operation) == {
        "op": op,
        "path": "roles",
        "value": [
            {"id": role("Viewer").id, "value": "Viewer", "displayName": "Viewer"},
            {"id": clerk.id, "value": "Clerk", "displayName": "May file"},
        ],
    }


@pytest.mark.parametrize(
    ("function", "op", "display"),
    [
        (RoleFunction.ADD_ONLY, "add", "displayName"),
        (RoleFunction.ASSERTIVE, "replace", "display"),
    ],
)
def test_roles_with_the_flag_are_as_in_a_post(ann, app, function, op, display):
    assert operations(ann, app, [role_mapping(function)], {}, flagged=True) == [
        {
            "op": op,
            "path": "roles",
            "value": [
                {"primary": False, "type": ROLE, display: "Viewer", "value": "Viewer"},
                {"primary": False, "type": ROLE, display: "May file", "value": "Clerk"},
            ],
        }
    ]


def test_assertive_roles_without_the_flag_may_be_objects(ann, app):
    points = OpenPoints(assertive_form=AssertiveForm.OBJECTS)

    [operation] = operations(
        ann, app, [role_mapping()], {}, flagged=False, points=points
    )

    assert operation["op"] == "replace"
    assert operation["value"][1]["value"] == "Clerk"


def test_the_add_only_function_never_takes_a_role_away(ann, app):
    resource = post_body(
        values_of(ann, app, [role_mapping(RoleFunction.ADD_ONLY)]), OpenPoints()
    )
    for assignment in app.assignments_of(ann)[1:]:
        app.remove(assignment)

    mappings = [role_mapping(RoleFunction.ADD_ONLY)]
    assert operations(ann, app, mappings, resource, flagged=True) == []


def test_the_assertive_function_leaves_no_others(ann, app):
    resource = post_body(values_of(ann, app, [role_mapping()]), OpenPoints())
    for assignment in app.assignments_of(ann)[1:]:
        app.remove(assignment)

    [operation] = operations(ann, app, [role_mapping()], resource, flagged=True)

    assert [item["value"] for item in operation["value"]] == ["Viewer"]


SINGLE = [role_mapping(RoleFunction.SINGLE)]


def test_a_single_role_is_created_as_primary(ann, app):
    assert post_body(values_of(ann, app, SINGLE), OpenPoints())["roles"] == [
        {"primary": True, "type": ROLE, "value": "Viewer"}
    ]


@pytest.mark.parametrize(("flagged", "op"), [(False, "Replace"), (True, "replace")])
def test_a_single_role_is_changed_by_its_filter(ann, app, flagged, op):
    resource = {"roles": [{"primary": True, "value": "Uploader"}]}

    assert operations(ann, app, SINGLE, resource, flagged=flagged) == [
        {
            "op": op,
            "path": 'roles[primary eq "True"].value',
            "value": "Viewer",
        }
    ]


def test_a_single_role_may_be_json_in_a_string(ann, app, role):
    points = OpenPoints(single_form=SingleForm.JSON_STRING)

    [operation] = operations(ann, app, SINGLE, {}, flagged=False, points=points)

    assert decoded(operation) == {
        "op": "Add",
        "path": "roles",
        "value": [
            {"id": role("Viewer").id, "value": "Viewer", "displayName": "Viewer"}
        ],
    }


def test_a_single_role_may_be_a_display_name(tenant, app):
    person = tenant.add_person("bob@contoso.example", "Bob")
    app.assign(person, app.add_role("Clerk", "May file"))
    points = OpenPoints(single_value=SingleValue.DISPLAY_NAME)

    body = post_body(values_of(person, app, SINGLE, points), points)

    assert body["roles"][0]["value"] == "May file"


@pytest.mark.parametrize(
    ("choice", "items"),
    [
        (DefaultAccess.OMITTED, None),
        (DefaultAccess.EMPTY_VALUE, [{"primary": False, "type": ROLE, "value": ""}]),
        (
            DefaultAccess.ZERO_ID,
            [
                {
                    "primary": False,
                    "type": ROLE,
                    "value": "00000000-0000-0000-0000-000000000000",
                }
            ],
        ),
    ],
)
def test_default_access_may_leave_an_item(tenant, app, choice, items):
    person = tenant.add_person("bob@contoso.example", "Bob")
    app.assign(person)
    points = OpenPoints(default_access=choice)

    body = post_body(values_of(person, app, [role_mapping()], points), points)

    assert body.get("roles") == items


@pytest.mark.parametrize(
    ("form", "path", "value"),
    [
        (ManagerForm.OBJECT, f"{ENTERPRISE}:manager", {"value": "7"}),
        (ManagerForm.STRING, f"{ENTERPRISE}:manager", "7"),
        (ManagerForm.ARRAY, "manager", [{"$ref": "../Users/7", "value": "7"}]),
    ],
)
def test_a_manager_comes_in_three_forms(form, path, value):
    body = manager_body(
        "7", "../Users/7", OpenPoints(manager_form=form), flagged=False, is_new=True
    )

    assert body["Operations"] == [{"op": "Add", "path": path, "value": value}]


def test_a_role_by_a_group_may_be_repeated(tenant, app, role):
    person = tenant.add_person("bob@contoso.example", "Bob")
    app.assign(person, role("Viewer"))
    app.assign(tenant.add_group("Sales", [person]), role("Viewer"))

    def sent(points):
        return post_body(values_of(person, app, [role_mapping()], points), points)

    assert len(sent(OpenPoints())["roles"]) == 1
    assert len(sent(OpenPoints(repeats_roles=True))["roles"]) == 2


def test_tenants_are_apart():
    """Another tenant has people of the same names under other IDs."""
    one, other = Tenant("Contoso"), Tenant("Fabrikam")

    assert (
        one.add_person("ann@contoso.example").object_id
        != other.add_person("ann@contoso.example").object_id
    )
    assert one.id != other.id


def test_a_job_of_2018_wraps_single_values(ann, app):
    """As ``customappsso`` did; lists are lists already."""
    tenant_points = OpenPoints(wraps_values=True)
    resource = {"userName": "ann@contoso.example", "active": True}

    sent = operations(
        ann,
        app,
        [
            Mapping("displayName", "displayName"),
            Mapping(
                "active", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'
            ),
            role_mapping(),
        ],
        resource,
        flagged=False,
        points=tenant_points,
        in_scope=False,
    )

    by_path = {one["path"]: one["value"] for one in sent}
    assert by_path["displayName"] == [{"$ref": None, "value": "Ann Smith"}]
    assert by_path["active"] == [{"$ref": None, "value": "False"}]
    assert all(set(item) == {"value"} for item in by_path["roles"])
