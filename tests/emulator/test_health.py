"""How the local Entra judges failures: pauses, escrow, quarantine."""

from __future__ import annotations

import datetime

from entra_emulator import Clock, Person, ProvisioningJob
from entra_emulator.provisioning.health import Escrow
from entra_emulator.provisioning.reports import State
from entra_emulator.provisioning.servers import MEDIA_TYPE, Answer

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


def test_people_who_are_not_in_scope_make_nothing_better(tenant, app):
    """If nobody who is assigned can be provisioned, the job is ill."""

    class Refusing:
        def send(self, method, path, body=None):
            found = b'{"totalResults": 0, "Resources": []}'
            status = 200 if method == "GET" else 409
            return Answer(status=status, media_type=MEDIA_TYPE, body=found)

    for number in range(15_000):
        person = tenant.add_person(f"p{number}@contoso.example")
        if number % 3 == 0:
            app.assign(person)
    job = ProvisioningJob(tenant, app, Refusing())

    job.run_cycle()

    assert job.state == State.QUARANTINE


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
