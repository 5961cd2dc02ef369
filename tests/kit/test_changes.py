"""What the kit's program changes, from what is there to what is wanted."""

from __future__ import annotations

import datetime

import pytest

from entra_scim.kit.plan import plan
from entra_scim.kit.program import changes, proofs

from .conftest import wanted


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


def test_a_product_without_sign_in_gets_no_addresses():
    """It has no pages of its own for them."""
    made = plan(wanted(redirect_uri="", logout_url=""))

    body = changes.application(made["application"], registration()).body

    assert "web" not in body
    assert [role["value"] for role in body["appRoles"]][1:] == ["Viewer", "Uploader"]


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


def test_a_certificate_is_added_to_the_others():
    """And once only."""
    found = {"keyCredentials": [{"keyId": "1", "key": "AAAA", "usage": "Verify"}]}

    change = proofs.certificates("BBBB", found)

    assert change.body["keyCredentials"][0] == found["keyCredentials"][0]
    assert change.body["keyCredentials"][1]["key"] == "BBBB"
    assert proofs.certificates("BBBB", change.body).differences == []


def test_no_certificate_is_lost_whose_key_is_hidden():
    """Entra would replace the list by what it is sent."""
    with pytest.raises(changes.Unsuitable, match="by hand"):
        proofs.certificates("BBBB", {"keyCredentials": [{"keyId": "1", "key": None}]})


def test_a_secret_without_an_end_does_not_expire():
    today = datetime.date(2026, 11, 26)
    known = [{"endDateTime": "2026-11-30T00:00:00Z"}, {"endDateTime": None}]

    assert proofs.expiring("Client secrets", known, today) == []
    assert proofs.expiring("Client secrets", known[:1], today) != []
