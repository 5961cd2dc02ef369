"""No request keeps the server busy, whether it is within the limits or far beyond."""

from __future__ import annotations

import json
import sys

import pytest

from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.story.sentences import sentence_of

pytestmark = pytest.mark.django_db

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OUT = {"op": "Replace", "path": "active", "value": "False"}
MOST_CALLS = 300_000
"""Calls of Python functions that a request costs at most, about 0.2 seconds."""


def values(count, **parts):
    return [
        {"value": f"{number}@x.example", "type": f"t{number}", **parts}
        for number in range(count)
    ]


def replace(path, value):
    return {"op": "replace", "path": path, "value": value}


def each(attribute, count, part="value"):
    return [
        replace(f'{attribute}[type eq "t{number}"].{part}', "x")
        for number in range(count)
    ]


WITHIN = {
    "200 texts": [replace("title", str(number)) for number in range(200)],
    "200 parts of the extension": [
        replace(f"{ENTERPRISE}:department", str(number)) for number in range(200)
    ],
    "200 managers": [
        replace(f"{ENTERPRISE}:manager", str(number)) for number in range(200)
    ],
    "200 unknown names": [
        {"op": "add", "value": {f"n{number}": 1 for number in range(200)}}
    ],
    "200 unknown parts of a name": [
        {"op": "add", "value": {"name": {f"n{number}": 1 for number in range(200)}}}
    ],
    "200 names of roles": [
        replace("roles", [{"value": ",".join(map(str, range(200)))}])
    ],
    "200 roles of JSON": [
        replace(
            "roles",
            [
                {"value": json.dumps({"value": str(number), "displayName": "x"})}
                for number in range(200)
            ],
        )
    ],
    "filters over 200 values": each("emails", 4),
    "filters that add": each("ims", 30),
    "6 times 30 values": [
        {"op": "add", "path": "ims", "value": values(30)} for _ in range(6)
    ],
    "removals of 60 values": [
        {"op": "Remove", "path": "emails", "value": [{"value": "x"}] * 20}
    ],
    "long texts": [replace("entitlements", [{"value": "x" * 4000}] * 30)],
}

BEYOND = {
    "50,000 names in a role": [
        replace("roles", [{"value": ",".join(map(str, range(50_000)))}])
    ],
    "201 names of roles": [
        replace("roles", [{"value": ",".join(map(str, range(201)))}])
    ],
    "201 operations": [replace("title", "x")] * 201,
    "50,000 operations": [{}] * 50_000,
    "201 names in one operation": [
        {"op": "add", "value": {f"n{number}": 1 for number in range(201)}}
    ],
    "20,000 unknown names": [
        {"op": "add", "value": {f"n{number}": 1 for number in range(20_000)}}
    ],
    "800 filtered keys": [
        {
            "op": "replace",
            "value": {
                f'emails[type eq "{number}"].value': "x" for number in range(800)
            },
        }
    ],
    "200 filters over 200 values": each("emails", 200),
    "200 filters that add": each("ims", 200),
    "200 elements of 200 parts": [
        replace(
            f'emails[type eq "t{number}"]', {f"n{part}": "x" for part in range(200)}
        )
        for number in range(200)
    ],
    "a removal of 200 values of 200": [
        {"op": "Remove", "path": "emails", "value": values(200)}
    ],
    "200 times 7 values": [replace("emails", values(7))] * 200,
    "filters of 9 comparisons": [
        replace(
            "emails[" + " or ".join(f'type eq "{n}"' for n in range(9)) + "].value",
            "x",
        )
    ],
    "a path of nots": [
        replace("emails[" + "not (" * 300 + "type pr" + ")" * 300 + "].value", "x")
    ],
    "a path of brackets": [replace("[" * 100_000, "x")],
    "a key of brackets": [{"op": "add", "value": {"[" * 100_000: "x"}}],
    "201 values": [replace("emails", values(201))],
    "values of several attributes": [
        replace(name, values(150)) for name in ("ims", "photos")
    ],
    "a text of 4,097 characters": [replace("title", "x" * 4097)],
    "a text of 900,000 characters": [replace("title", "x" * 900_000)],
    "texts of 131,073 characters": [
        replace("entitlements", [{"value": f"{n}{'x' * 4000}"} for n in range(33)])
    ],
    "an object of 201 parts": [
        replace('emails[type eq "t1"]', {f"n{part}": "x" for part in range(201)})
    ],
}


@pytest.fixture
def path(scim):
    """Somebody with 200 addresses."""
    response = scim.post("/Users", {"userName": "eve@x.example", "emails": values(200)})
    assert response.status_code == 201
    return f"/Users/{response.json()['id']}"


def calls_of(work):
    """Return what a function returns, and how many functions it calls."""
    count = 0

    def called(frame, event, argument):
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        result = work()
    finally:
        sys.setprofile(before)
    return result, count


@pytest.mark.parametrize("operations", WITHIN.values(), ids=WITHIN)
def test_within_the_limits(scim, path, operations):
    """Done, and cheap; with a deactivation too."""
    scim.patch(path, replace("nickName", "the first request loads more"))

    response, calls = calls_of(lambda: scim.patch(path, *operations))

    assert response.status_code == 200, response.content
    assert calls < MOST_CALLS
    response, calls = calls_of(lambda: scim.patch(path, *operations[:199], OUT))
    assert response.json()["active"] is False
    assert calls < MOST_CALLS


@pytest.mark.parametrize("operations", BEYOND.values(), ids=BEYOND)
def test_beyond_the_limits(scim, path, operations):
    """Refused, cheaply, in few words, and leaving a short event."""
    before = scim.get(path).json()

    response, calls = calls_of(lambda: scim.patch(path, *operations))

    assert response.status_code in (400, 413)
    assert len(response.content) < 1500
    assert calls < MOST_CALLS
    assert scim.get(path).json() == before
    event = ProvisioningEvent.objects.get(kind="refused")
    assert len(sentence_of(event)) < 1500


@pytest.mark.parametrize(
    "body",
    [
        {f"n{number}": 1 for number in range(201)},
        {f"n{number}": 1 for number in range(50_000)},
        {f"name.n{number}": 1 for number in range(190)} | {"roles": "x" * 900_000},
        {"emails": values(201)},
        {"emails": values(150), "ims": values(150), "photos": values(150)},
        {"emails": values(1, **{f"n{number}": 1 for number in range(200)})},
        {"roles": "," * 900_000 + "x"},
        {"roles": [{"value": ",".join(map(str, range(50_000)))}]},
        {"displayName": "x" * 200_000},
        {"x": [1] * 300_000},
        {ENTERPRISE: {f"n{number}": 1 for number in range(201)}},
    ],
    ids=lambda body: str(body)[:30],
)
def test_a_body_beyond_the_limits(scim, path, body):
    """The same for a whole resource, new or in place of another."""
    body = {"userName": "zoe@x.example", **body}

    for send in (
        lambda: scim.post("/Users", body),
        lambda: scim.put(path, body),
    ):
        response, calls = calls_of(send)
        assert response.status_code in (400, 413), response.content[:200]
        assert calls < MOST_CALLS
    assert ProvisionedUser.objects.count() == 1


def test_a_body_within_the_limits(scim):
    """As many values and texts as there may be."""
    body = {
        "userName": "zoe@x.example",
        "emails": values(200),
        "roles": values(200),
        "title": "x" * 4096,
    }

    response, calls = calls_of(lambda: scim.post("/Users", body))

    assert response.status_code == 201
    assert calls < MOST_CALLS


def test_many_requests_do_not_make_a_person_grow(scim, path):
    """What is kept has limits too, not just what is sent."""
    for attribute in ("ims", "photos"):
        for start in range(3):
            scim.patch(
                path,
                {
                    "op": "add",
                    "path": attribute,
                    "value": [{"value": f"{start}-{n}"} for n in range(80)],
                },
            )

    resource = scim.get(path).json()
    assert sum(len(value) for value in resource.values() if type(value) is list) <= 402


def test_somebody_leaves_with_more_values_than_a_person_has(scim, path):
    """None of them is kept, though each attribute would have been by itself."""
    many = [
        {"op": "Add", "path": attribute, "value": values(150)}
        for attribute in ("emails", "ims", "photos")
    ]

    response = scim.patch(path, *many, OUT)

    assert response.status_code == 200
    assert response.json()["active"] is False
    assert "ims" not in response.json()
    event = ProvisioningEvent.objects.get(kind="deactivated")
    assert "more than 400 values altogether" in str(event.changes["kept"])
