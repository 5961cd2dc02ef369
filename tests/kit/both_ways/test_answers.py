"""Whatever Graph answers, it is said what that means, and nothing is lost."""

from __future__ import annotations

import re

import pytest

from tests.kit.graph import InProcess
from tests.support.kit_faults import WAYS, refused
from tests.support.kit_run import application_of, settled

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("way", WAYS.values(), ids=WAYS),
]

REGISTRATION = "GET /applications/[^/]+"
PRINCIPALS = "GET /servicePrincipals"
TEMPLATES = "GET .*/synchronization/templates"


def answered(entra, request, answer):
    """Return what sends requests, of which some are answered otherwise."""
    transport = InProcess(
        entra,
        fault=lambda number, send: (
            answer(send) if re.fullmatch(request, transport.sent[-1]) else send()
        ),
    )
    return transport


def instead(document):
    return lambda send: document


def with_members(**members):
    return lambda send: {**send(), **members}


ANSWERS = [
    (PRINCIPALS, refused(403), "Application Administrator"),
    (PRINCIPALS, refused(503), "What is done stays done"),
    (PRINCIPALS, instead({}), "in a form that"),
    (REGISTRATION, with_members(appRoles=[1]), "should be a list"),
]


def test_what_keeps_from_a_step_is_said(started, local):
    administrator = started()
    assert administrator.attempt(InProcess(local))
    settled(local)
    again = started()

    for request, answer, says in ANSWERS:
        assert says in administrator.check(answered(local, request, answer))
        assert not again.attempt(answered(local, request, answer))
        assert says in again.problem
    assert again.attempt(InProcess(local))


BEFORE_AN_UNDO = [
    *ANSWERS[:3],
    # The enterprise application was deleted, and its registration is still there.
    (PRINCIPALS, instead({"value": []}), "for sign-in alone"),
]


def test_what_keeps_from_an_undo_is_said(started, local):
    """It can be done again, to its end."""
    administrator = started()
    assert administrator.attempt(InProcess(local))
    settled(local)

    for request, answer, says in BEFORE_AN_UNDO:
        transport = answered(local, request, answer)
        assert says in administrator.take_back(transport)
        assert transport.written == []
    assert administrator.take_back(InProcess(local)) == ""
    assert local.tenants[0].applications == []


def test_a_template_may_be_there_only_later(started, local):
    """A new application has none at first."""
    administrator = started()
    answers = [{"value": []}, {"value": [{"id": "other"}]}]
    transport = answered(
        local, TEMPLATES, lambda send: answers.pop(0) if answers else send()
    )

    assert administrator.attempt(transport)

    assert answers == []
    assert application_of(local) in local.jobs


def test_an_application_without_a_template_cannot_provision(started, local):
    administrator = started()
    assert administrator.attempt(InProcess(local))
    again = started()

    assert not again.attempt(answered(local, TEMPLATES, instead({"value": []})))

    assert "Entra offers no SCIM provisioning" in again.problem


def test_a_schema_that_entra_keeps_otherwise_is_said(started, local):
    """It says yes, and does something else."""
    administrator = started()

    transport = answered(local, "PUT .*/schema", instead({}))
    assert not administrator.attempt(transport)

    assert "otherwise than it was sent" in administrator.problem
    assert administrator.attempt(InProcess(local))
