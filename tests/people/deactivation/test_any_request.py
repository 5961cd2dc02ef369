"""Deactivation wins over everything else in its request, whatever carries it."""

from __future__ import annotations

import json

import pytest

from entra_scim.diagnosis.observations import observe
from entra_scim.models import ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from tests.support.deactivation import CARRIERS, ENTERPRISE, RESTS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("carrier", CARRIERS, ids=json.dumps)
@pytest.mark.parametrize("rest", [None, RESTS["unreadable path"]], ids=["alone", "not"])
def test_whatever_carries_it(scim, linked, is_out, carrier, rest):
    """Each form in which Entra, or a client like it, says that somebody leaves."""
    event = is_out(scim.patch(linked, *([rest] if rest else []), carrier))

    if rest:
        assert "does not parse" in sentence_of(event)


@pytest.mark.parametrize("rest", RESTS.values(), ids=RESTS)
def test_whatever_else_is_in_a_patch(scim, linked, is_out, rest):
    """The person is out, the rest is as it was, and the event says why."""
    operations = [rest, CARRIERS[0], rest]

    event = is_out(scim.patch(linked, *operations))

    if rest != RESTS["active too"]:
        assert event.changes["kept"]
        assert "kept as it was" in sentence_of(event) or "left out" in sentence_of(
            event
        )
    assert len(sentence_of(event)) < 2000
    again = scim.patch(linked, *operations)
    assert again.status_code == 200
    assert again.json() == scim.get(linked).json()


@pytest.mark.parametrize("rest", RESTS.values(), ids=RESTS)
def test_the_rest_alone_is_refused_or_changes_no_access(scim, ann, linked, rest):
    """What is overlooked beside a deactivation is not overlooked otherwise."""
    before = scim.get(linked).json()

    response = scim.patch(linked, rest)

    if rest != RESTS["active too"]:
        assert 400 <= response.status_code < 500
    assert scim.get(linked).json() == before
    ann.refresh_from_db()
    assert ann.is_active


def test_a_repeated_rest_is_one_refusal(scim, linked, is_out, contoso):
    """Entra repeats it in each cycle, and the person is out already."""
    operations = [RESTS["unreadable path"], RESTS["object for a text"], CARRIERS[0]]
    is_out(scim.patch(linked, *operations))

    for _cycle in range(3):
        assert scim.patch(linked, *operations).status_code == 200

    refused = ProvisioningEvent.objects.filter(kind="refused").order_by("reason")
    assert [(event.reason, event.count) for event in refused] == [
        ("invalidPath", 3),
        ("invalidValue", 3),
    ]
    assert "does not parse" in sentence_of(refused[0])
    assert "title must be" in sentence_of(refused[1])
    assert observe(contoso).refusals.keys() == {"invalidPath", "invalidValue"}
    assert ProvisioningEvent.objects.filter(kind="deactivated").count() == 1


def test_what_can_be_done_of_the_rest_is_done(scim, linked, is_out):
    """Attribute by attribute; the parts of a name are attributes of their own."""
    response = scim.patch(
        linked,
        {"op": "Replace", "path": "nickName", "value": "Annie"},
        {"op": "Replace", "path": "name.middleName", "value": "M"},
        {"op": "Replace", "path": "name.familyName", "value": {"x": 1}},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Finance"},
        {"op": "Add", "path": f"{ENTERPRISE}:costCenter", "value": [1, 2]},
        CARRIERS[0],
    )

    event = is_out(response, "nickName", "name", ENTERPRISE, "schemas")
    body = response.json()
    assert body["nickName"] == "Annie"
    assert body["name"] == {"middleName": "M"}
    assert body[ENTERPRISE] == {"department": "Finance"}
    assert [item["attribute"] for item in event.changes["kept"]] == [
        "name.familyName",
        f"{ENTERPRISE}:costCenter",
    ]
    assert "costCenter kept as it was" in sentence_of(event)
    assert ENTERPRISE not in sentence_of(event)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [{"op": "remove", "path": "name"}]),
        ([{"op": "remove", "path": ENTERPRISE}], []),
    ],
)
def test_a_whole_and_its_parts_stay_in_their_order(scim, linked, before, after):
    """As without a deactivation in the same request."""
    operations = [
        {"op": "Add", "path": "name.givenName", "value": "A"},
        *before,
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "D"},
        *after,
        {"op": "Add", "path": "name.familyName", "value": "F"},
    ]
    expected = scim.patch(linked, *operations).json()
    scim.patch(linked, {"op": "remove", "path": "name"})

    response = scim.patch(linked, *operations, CARRIERS[0]).json()

    for name in ("name", ENTERPRISE):
        assert response.get(name) == expected.get(name)
