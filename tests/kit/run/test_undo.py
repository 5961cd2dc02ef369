"""Undo takes back what the kit made, and leaves what others did."""

from __future__ import annotations

import pytest

from entra_emulator.graph.registrations import application_document, change_application
from entra_scim.kit.program.graph import Refusal
from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import take_back, walk
from tests.kit.graph import Console, InProcess, Stopped
from tests.support.certificates import base64_of, new_certificate
from tests.support.kit_run import application_of, check, settled

pytestmark = pytest.mark.django_db(transaction=True)


def federated(name):
    return {
        "name": name,
        "issuer": "https://issuer.example",
        "subject": name,
        "audiences": ["api://AzureADTokenExchange"],
    }


def test_what_was_created_is_deleted(console, local):
    """With all that belongs to it; another application stays."""
    other = local.tenants[0].add_application("Other")
    walk(console.run(InProcess(local)))
    settled(local)

    take_back(console.run(InProcess(local)))

    assert local.tenants[0].applications == [other]
    assert local.jobs == {}
    again = InProcess(local)
    take_back(console.run(again))
    assert again.written == []
    assert "no such application" in console.said[-1]


def test_nothing_is_taken_back_of_another_application(console, local):
    """As of one that somebody connected after the run."""
    walk(console.run(InProcess(local)))
    settled(local)
    other = local.tenants[0].add_application("Other")
    console.plan["clientId"] = other.client_id

    with pytest.raises(Stop, match="is of the application"):
        take_back(console.run(InProcess(local), app_id=other.client_id))
    take_back(console.run(InProcess(local)))

    assert local.tenants[0].applications == [other]


def test_an_undo_that_stopped_is_completed(console, local):
    """Even where its last answer was lost."""
    by_hand = local.tenants[0].add_application("Product")
    by_hand.has_consent = False
    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)

    def fault(number, send):
        answer = send()
        if transport.sent[number].startswith("DELETE /oauth2PermissionGrants"):
            raise Stopped
        return answer

    transport = InProcess(local, fault=fault)
    with pytest.raises(Stopped):
        take_back(console.run(transport))
    take_back(console.run(InProcess(local)))

    assert by_hand.redirect_uris == []


def test_nothing_is_taken_back_that_is_not_known(console, local):
    """As on another machine."""
    walk(console.run(InProcess(local)))
    settled(local)
    console.notes.clear()
    console.first.clear()

    with pytest.raises(Stop, match="Nothing is known here"):
        take_back(console.run(InProcess(local)))

    assert application_of(local) in local.jobs


def test_an_adopted_application_is_as_before(console, local):
    """But for what somebody changed since."""
    by_hand = local.tenants[0].add_application("Product")
    by_hand.redirect_uris.append("https://other.example/")
    by_hand.optional_claims = {"email"}
    by_hand.assignment_required = False
    by_hand.has_consent = False
    by_hand.add_role("Manager")
    mail = {"resourceAppId": "mail", "resourceAccess": [{"id": "send", "type": "Role"}]}
    by_hand.registration["requiredResourceAccess"] = [mail]
    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)
    by_hand.redirect_uris.append("https://since.example/")
    assert by_hand in local.jobs

    take_back(console.run(InProcess(local), app_id=by_hand.client_id))

    assert application_of(local) is by_hand
    assert by_hand.redirect_uris == ["https://other.example/", "https://since.example/"]
    assert by_hand.logout_url == ""
    assert by_hand.registration["requiredResourceAccess"] == [mail]
    assert by_hand.optional_claims == {"email"}
    assert [role.value for role in by_hand.app_roles][2:] == ["Manager"]
    assert not by_hand.assignment_required
    assert not by_hand.has_consent
    assert by_hand.secrets == []
    assert local.jobs == {}


def test_a_mapping_that_was_there_is_restored(console, local):
    """Of a job that somebody made by hand."""
    by_hand = local.tenants[0].add_application("Product")
    local.connect(by_hand, console.plan["credentials"][0]["value"], console.key)
    before = [(row.target, row.source) for row in local.jobs[by_hand].mappings]
    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)
    job = local.jobs[by_hand]
    assert [(row.target, row.source) for row in job.mappings] != before

    take_back(console.run(InProcess(local), app_id=by_hand.client_id))

    assert [(row.target, row.source) for row in job.mappings] == before
    assert job.with_groups


def test_a_run_that_changed_one_thing_is_undone_alone(made, key, console, local):
    """What another machine's run made before stays."""
    by_hand = local.tenants[0].add_application("Product")
    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)
    by_hand.assignment_required = False
    here = Console(made, key)
    walk(here.run(InProcess(local), app_id=by_hand.client_id))
    assert by_hand.assignment_required
    transport = InProcess(local)

    take_back(here.run(transport))

    assert not by_hand.assignment_required
    assert len(transport.written) == 1
    assert by_hand in local.jobs


def test_what_others_changed_since_stays(made, key, console, local):
    """Also the address that signs people out."""
    by_hand = local.tenants[0].add_application("Product")
    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)
    by_hand.redirect_uris.clear()
    here = Console(made, key)
    walk(here.run(InProcess(local), app_id=by_hand.client_id))
    by_hand.logout_url = "https://since.example/out"

    take_back(here.run(InProcess(local)))

    assert (by_hand.redirect_uris, by_hand.logout_url) == (
        [],
        "https://since.example/out",
    )
    assert "Viewer" in {role.value for role in by_hand.app_roles}


def test_a_certificate_is_taken_back_alone(console, local):
    """The application had one of its own."""
    certificate, own = (base64_of(new_certificate(days)) for days in (3, 300))
    console.plan |= {"needsSecret": False, "certificate": certificate}
    by_hand = local.tenants[0].add_application("Product")
    change_application(by_hand, {"keyCredentials": [{"key": own}]})
    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)
    assert len(by_hand.certificates) == 2
    (soon,) = check(console, local, app_id=by_hand.client_id)
    assert soon.startswith("Certificates: the last one expires on ")

    take_back(console.run(InProcess(local)))

    (kept,) = application_document(by_hand)["keyCredentials"]
    assert kept["key"] == own


def test_a_federated_credential_is_taken_back_alone(console, local):
    console.plan |= {"needsSecret": False, "federated": federated("product")}
    by_hand = local.tenants[0].add_application("Product")
    transport = InProcess(local)
    path = f"/applications/{by_hand.object_id}/federatedIdentityCredentials"
    transport("POST", path, federated("other"))
    assert "Federated credentials: add product" in check(
        console, local, app_id=by_hand.client_id
    )
    walk(console.run(transport, app_id=by_hand.client_id))
    settled(local)
    assert len(by_hand.federated_credentials) == 2

    take_back(console.run(transport))

    (kept,) = by_hand.federated_credentials
    assert kept.name == "other"


def test_an_undo_says_what_consent_it_could_not_take_back(console, local):
    """Somebody may consent, and may not take it back."""
    by_hand = local.tenants[0].add_application("Product")
    by_hand.has_consent = False
    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)

    def fault(number, send):
        if transport.sent[number].startswith("DELETE /oauth2PermissionGrants"):
            raise Refusal(403, "Forbidden")
        return send()

    transport = InProcess(local, fault=fault)
    with pytest.raises(Stop, match="Undo: Graph answered 403: Forbidden"):
        take_back(console.run(transport))
    assert by_hand.has_consent
