"""The plan that sets up Entra."""

from __future__ import annotations

import json

import pytest

from entra_scim.kit.forms import file_name
from entra_scim.kit.plan import KitError, plan
from entra_scim.kit.program.steps import STEPS
from entra_scim.kit.words import sentences
from tests.support.certificates import base64_of, new_certificate, pem_of

from .conftest import wanted


def test_the_program_has_each_step_of_the_plan(made):
    """In the same order."""
    assert [step["name"] for step in made["steps"]] == [*STEPS]
    assert all(
        step["source"].startswith("https://learn.microsoft.com/")
        for step in made["steps"]
    )


def test_the_credentials_are_what_the_portal_saves(made):
    """All but the access key, which the plan does not have."""
    assert made["credentials"] == [
        {
            "key": "BaseAddress",
            "value": "https://product.example/api/scim/entra/1234/",
        },
        {"key": "SyncAll", "value": "false"},
        {
            "key": "SyncNotificationSettings",
            "value": '{"Enabled":false,"DeleteThresholdEnabled":true,'
            '"DeleteThresholdValue":50}',
        },
    ]


def test_notifications_go_to_who_was_named():
    made = plan(wanted(notification_address="it@contoso.example", deletion_threshold=7))

    assert json.loads(made["credentials"][2]["value"]) == {
        "Enabled": True,
        "Recipients": "it@contoso.example",
        "DeleteThresholdEnabled": True,
        "DeleteThresholdValue": 7,
    }


def test_an_app_role_keeps_its_id():
    """From run to run; another environment's role of that name has another."""
    again, other = (
        plan(wanted(tenant_url=f"https://product.example/api/scim/entra/{pk}/"))
        for pk in (1234, 1235)
    )

    ids = [role["id"] for role in again["application"]["appRoles"]]
    assert ids == [role["id"] for role in plan(wanted())["application"]["appRoles"]]
    assert not {*ids} & {role["id"] for role in other["application"]["appRoles"]}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"roles": ("Prüfer",)}, "Prüfer"),
        ({"roles": ("V" * 121,)}, "120"),
        ({"tenant_url": "http://product.example/1234/"}, "https only"),
    ],
    ids=["letters", "length", "http"],
)
def test_what_entra_refuses_makes_no_plan(changed, says):
    with pytest.raises(KitError, match=says):
        plan(wanted(**changed))


def test_a_secret_is_made_where_the_tab_has_nothing():
    """Not where a secret or a certificate is saved."""
    assert plan(wanted())["needsSecret"] is True
    assert plan(wanted(has_secret=True))["needsSecret"] is False
    certificate = new_certificate(days=300)
    made = plan(wanted(certificate=pem_of(certificate)))
    assert made["needsSecret"] is False
    assert made["certificate"] == base64_of(certificate)
    assert "Adds the certificate of this environment." in sentences(made)


def test_a_federated_credential_needs_no_secret():
    """Another subject has another name, since a name cannot change."""
    made, other = (
        plan(wanted(federated=("https://issuer.example", subject, "api://a")))
        for subject in ("web", "worker")
    )

    assert made["needsSecret"] is False
    assert made["federated"]["subject"] == "web"
    assert made["federated"]["audiences"] == ["api://a"]
    assert made["federated"]["name"] != other["federated"]["name"]
    assert "Trusts the federated credential of this product." in sentences(made)


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ("1234", "entra-1234.sh"),
        ('a"\r\nb/../c', "entra-a-bc.sh"),
        ("/", "entra-environment.sh"),
    ],
)
def test_a_file_has_a_safe_name(environment, name):
    assert file_name(environment, "sh") == name
