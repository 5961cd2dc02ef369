"""Undo takes back what the kit made, and leaves what others did."""

from __future__ import annotations

import pytest

from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import take_back, walk
from tests.kit.graph import InProcess, Stopped
from tests.support.kit_run import application_of, settled

pytestmark = pytest.mark.django_db(transaction=True)


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
    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)
    by_hand.redirect_uris.append("https://since.example/")
    assert by_hand in local.jobs

    take_back(console.run(InProcess(local), app_id=by_hand.client_id))

    assert application_of(local) is by_hand
    assert by_hand.redirect_uris == ["https://other.example/", "https://since.example/"]
    assert by_hand.logout_url == ""
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
