from __future__ import annotations

import datetime

from entra_scim.emulator import Clock, Person
from entra_scim.emulator.provisioning.health import Escrow

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def test_pauses_grow():
    """Half an hour, one, two, four and eight hours; never longer."""
    escrow, person, now = Escrow(), Person(user_principal_name="a"), NOW
    pauses = []
    for _ in range(6):
        escrow.add(person, now)
        pause = 0
        while not escrow.is_due(person, now + datetime.timedelta(hours=pause)):
            pause += 0.5
        pauses.append(pause)
        now += datetime.timedelta(hours=pause)

    assert pauses == [0.5, 1, 2, 4, 8, 8]


def test_an_escrow_is_judged_from_5000_failures_on():
    """Then more than 40 % of the people, or more than 40,000, is too much."""
    escrow = Escrow()
    for number in range(4_999):
        escrow.add(Person(user_principal_name=str(number)), NOW)
    assert not escrow.is_too_large(people=5_000)

    escrow.add(Person(user_principal_name="one more"), NOW)

    assert escrow.is_too_large(people=12_000)
    assert not escrow.is_too_large(people=13_000)


def test_time_goes_forward_only():
    clock = Clock()
    before = clock.now()
    clock.advance(datetime.timedelta(days=1))
    assert clock.now() - before >= datetime.timedelta(days=1)

    try:
        clock.advance(datetime.timedelta(seconds=-1))
    except ValueError as error:
        assert "forward" in str(error)
    else:
        raise AssertionError("Time went back.")
