"""Whichever request fails, and however: the next run completes, with one application."""

from __future__ import annotations

import itertools
import os

import pytest
from django.db import transaction

from entra_emulator.graph.tokens import Permission
from tests.kit.graph import InProcess
from tests.support.kit_faults import (
    FAULTS,
    WAYS,
    EachOnce,
    OneFails,
    completed,
    state_of,
)
from tests.support.kit_run import new_entra, settled

EVERY_FAULT = os.environ.get("EVERY_FAULT")
"""Whether each request fails alone too, in each way: it takes minutes."""

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("way", WAYS.values(), ids=WAYS),
]


@pytest.fixture
def tried(contoso, roles, address, entra_signing_keys):
    """Set an empty tenant up as told, and leave nothing of it in the product."""

    def tried(way, work):
        entra = new_entra(entra_signing_keys)
        with transaction.atomic():
            found = work(way(contoso, address), entra)
            transaction.set_rollback(True)
        return found

    return tried


def faultless(way, entra):
    """Set a tenant up; return how it stands then, and how many requests that took."""
    transport = InProcess(entra)
    assert way.attempt(transport)
    settled(entra)
    return state_of(way, entra), len(transport.sent)


ALIKE = {
    "lost answers": ("lost answer",),
    "stops": ("stopped after",),
    "refusals": ("forbidden", "expired"),
    "all": tuple(FAULTS),
}


@pytest.mark.parametrize("kinds", ALIKE.values(), ids=ALIKE)
def test_each_request_fails_once(way, tried, kinds):
    """One after another, with a run after each, until no request is left to fail."""
    wanted, count = tried(way, faultless)
    faults = EachOnce(kinds)

    assert tried(way, lambda w, entra: completed(w, entra, faults)) == wanted
    assert len(faults.failed) >= count - 2  # that nothing is there is not asked again


def test_a_session_is_lost_with_each_request(way, tried):
    """What the next one needs to know is not in the session alone."""
    wanted, _count = tried(way, faultless)
    faults = EachOnce(["stopped after"])

    found = tried(way, lambda w, entra: completed(w, entra, faults, forgets=True))

    assert found == wanted


def test_a_slow_directory_gets_one_application(way, tried):
    """It lists what was created only later, and the answer was lost."""
    wanted, _count = tried(way, faultless)

    def late(way, entra):
        entra.graph_lag = 3
        return completed(way, entra, OneFails(1, "lost answer"))

    assert tried(way, late) == wanted


@pytest.mark.parametrize(
    "missing",
    [
        Permission.WRITE_APPLICATIONS,
        Permission.WRITE_SYNCHRONIZATION,
        Permission.WRITE_GRANTS,
    ],
)
def test_a_missing_permission_is_given_later(way, tried, missing):
    """Of those that the plan names."""
    wanted, _count = tried(way, faultless)

    def given_later(way, entra):
        assert not way.attempt(InProcess(entra, set(Permission) - {missing}))
        assert way.attempt(InProcess(entra))
        settled(entra)
        return state_of(way, entra)

    assert tried(way, given_later) == wanted


@pytest.mark.skipif(not EVERY_FAULT, reason="EVERY_FAULT is not set.")
def test_one_request_fails(way, tried):
    wanted, count = tried(way, faultless)
    for number, kind in itertools.product(range(count), FAULTS):
        found = tried(
            way,
            lambda w, entra: completed(w, entra, OneFails(number, kind)),  # noqa: B023
        )
        assert found == wanted, (number, kind)
