"""Identifiers of rows are unique, and in the order of their making."""

from __future__ import annotations

import time
import uuid

from entra_scim.database.ordered_ids import ordered_id


def test_an_identifier_is_a_uuid_of_version_7():
    before = time.time_ns() // 1_000_000
    made = ordered_id()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after


def test_no_two_are_the_same():
    assert len({ordered_id() for _ in range(10_000)}) == 10_000


def test_who_comes_later_is_behind_in_the_index(scim):
    ids = [
        uuid.UUID(scim.post("/Users", {"userName": name}).json()["id"])
        for name in ("eve@contoso.example", "bob@contoso.example")
    ]
    assert [one.version for one in ids] == [7, 7]
    assert ids[0].int >> 80 <= ids[1].int >> 80
