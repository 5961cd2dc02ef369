"""Files that describe tenants."""

from __future__ import annotations

import json

import pytest

from entra_emulator.tenants_file import TenantsFileError, read_tenants

ID = "5d9e1c9a-3c3f-4a6b-9d50-6f4d2f0c7a11"


@pytest.fixture
def read(tmp_path):
    """Write a file, and read it."""

    def read_it(content):
        file = tmp_path / "tenants.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return read_tenants(file)

    return read_it


def test_a_tenant_has_what_the_file_says(read):
    """Users, who manages them, groups, and an application that can be used at once."""
    [tenant] = read(
        [
            {
                "displayName": "Contoso",
                "id": ID,
                "users": [
                    {
                        "userPrincipalName": "ann@contoso.example",
                        "displayName": "Ann Smith",
                        "id": ID.upper(),
                        "jobTitle": "Clerk",
                    },
                    {
                        "userPrincipalName": "bob@contoso.example",
                        "userType": "Guest",
                        "accountEnabled": False,
                        "mail": "",
                        "manager": "ann@contoso.example",
                    },
                ],
                "groups": [
                    {"displayName": "Sales", "members": ["bob@contoso.example"]}
                ],
                "applications": [
                    {
                        "displayName": "Product",
                        "appId": ID,
                        "clientSecret": "known before",
                        "redirectUris": ["https://product.example/callback/"],
                        "logoutUrl": "https://product.example/logout/",
                        "appRoles": ["Viewer"],
                        "assignments": [
                            {"principal": "ann@contoso.example", "appRole": "Viewer"},
                            {"principal": "Sales"},
                        ],
                    }
                ],
            }
        ]
    )

    assert (tenant.name, tenant.id) == ("Contoso", ID)
    ann, bob = tenant.people.values()
    assert (ann.object_id, ann.display_name) == (ID, "Ann Smith")
    assert ann.account_enabled
    assert ann.profile["surname"] == "Smith"
    assert ann.profile["jobTitle"] == "Clerk"
    assert bob.manager is ann
    assert bob.is_guest
    assert not bob.account_enabled
    assert "mail" not in bob.profile
    application = tenant.application(ID)
    assert application.redirect_uris == ["https://product.example/callback/"]
    assert application.logout_url == "https://product.example/logout/"
    assert [role.value for role in application.roles_of(ann)] == ["Viewer"]
    assert application.has_assigned(bob)
    assert application.roles_of(bob) == []
    [secret] = application.secrets
    assert secret.value == "known before"
    assert secret.expires_at > tenant.clock.now()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Invalid JSON"),
        ([], "at least 1 item"),
        ([{}], "0.displayName: Field required"),
        ([{"displayName": "A", "user": []}], "0.user: Extra inputs"),
        ([{"displayName": "A", "id": "1"}], "0.id: Input should be a valid UUID"),
        ([{"displayName": "A", "groups": ["B"]}], r"0\.groups\.0: Input should be"),
    ],
)
def test_what_cannot_be_read_is_named(read, content, reason):
    with pytest.raises(TenantsFileError, match=reason):
        read(content)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (
            {"users": [{"userPrincipalName": "ann@a.example"}] * 2},
            "Somebody has the name ann@a.example",
        ),
        (
            {"users": [{"userPrincipalName": "a", "manager": "b"}]},
            "Nothing before is called b",
        ),
        ({"users": [{"userPrincipalName": "a", "shoeSize": "7"}]}, "no shoeSize"),
        ({"users": [{"userPrincipalName": "a", "city": 7}]}, "a string: city"),
        (
            {"users": [{"userPrincipalName": "a", "userType": "guest"}]},
            "Member or Guest, not guest",
        ),
        ({"groups": [{"displayName": "a", "members": ["b"]}]}, "called b"),
        (
            {"applications": [{"displayName": "a", "appRoles": ["a b"]}]},
            "no spaces",
        ),
    ],
)
def test_what_a_tenant_cannot_have_is_named(read, part, reason):
    with pytest.raises(TenantsFileError, match=reason):
        read([{"displayName": "Contoso", **part}])


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(TenantsFileError, match="No such file"):
        read_tenants(tmp_path / "tenants.json")
