"""Deactivation by PUT, and in whatever envelope."""

from __future__ import annotations

import json

import pytest

from entra_scim.models import ProvisioningEvent
from tests.support.deactivation import CARRIERS, CORE, RESTS

pytestmark = pytest.mark.django_db


PUTS = [
    {"userName": "ann@contoso.example", "title": {"a": 1}},
    {"userName": "ann@contoso.example", "emails": [["x"]]},
    {"userName": "ann@contoso.example", "cost centre[": "x"},
    {"userName": ""},
    {"userName": ["x", "y"]},
    {},
    {"userName": "eve@contoso.example"},
    {"userName": "ann@contoso.example", "externalId": "eve"},
    {"userName": "ann@contoso.example", "schemas": ["urn:x"]},
    {"userName": "ann@contoso.example", **{f"n{number}": 1 for number in range(500)}},
]


@pytest.mark.parametrize("body", PUTS, ids=lambda body: str(list(body.items())[:2]))
@pytest.mark.parametrize(
    "carrier",
    [{"active": False}, {"ACTIVE": "False"}, {CORE: {"active": [{"value": "false"}]}}],
    ids=json.dumps,
)
def test_put(scim, ann, linked, body, carrier):
    """The person is out, whatever cannot be put in place."""
    response = scim.put(linked, {**body, **carrier})

    assert response.status_code == 200, response.content
    assert response.json()["active"] is False
    assert response.json()["userName"] == ann.email
    ann.refresh_from_db()
    assert not ann.is_active
    assert not ann.groups.exists()
    assert ProvisioningEvent.objects.get(kind="deactivated")


def test_put_does_what_can_be_done(scim, linked):
    """What is absent goes, what is wrong stays."""
    scim.patch(linked, {"op": "add", "path": "nickName", "value": "Annie"})

    response = scim.put(
        linked,
        {
            "userName": "ann@contoso.example",
            "title": {"a": 1},
            "locale": "nl",
            "active": False,
        },
    )

    body = response.json()
    assert body["title"] == "Clerk"
    assert body["locale"] == "nl"
    assert "nickName" not in body
    assert "externalId" not in body


@pytest.mark.parametrize(
    "body",
    [
        {"schemas": ["urn:x"], "Operations": [CARRIERS[0]]},
        {"schemas": 7, "operations": [CARRIERS[0]]},
        {"Operations": CARRIERS[0]},
        {"Operations": [CARRIERS[0], *[{"op": "x"}] * 5000]},
        {"Operations": [*[RESTS["too long a name"]] * 500, CARRIERS[0]]},
    ],
    ids=["schemas", "schemas no list", "no list", "too many", "far too many"],
)
def test_whatever_the_envelope_says(scim, linked, is_out, body):
    """A list that is none, or too long, is one of operations all the same."""
    is_out(scim.send("patch", linked, json.dumps(body)))


@pytest.mark.parametrize(
    "query", ["attributes=title&excludedAttributes=title", "count=x", "attributes=%00"]
)
def test_whatever_the_address_asks_for(scim, linked, is_out, query):
    """Parameters are about the answer, and what is written is never half done."""
    refused = scim.patch(
        f"{linked}?{query}", {"op": "Replace", "path": "title", "value": "X"}
    )
    assert scim.get(linked).json()["title"] == (
        "Clerk" if refused.status_code == 400 else "X"
    )
    scim.patch(linked, {"op": "Replace", "path": "title", "value": "Clerk"})

    response = scim.patch(f"{linked}?{query}", CARRIERS[0])

    assert response.status_code == 200
    is_out(scim.get(linked))


def test_unless_the_precondition_fails(scim, ann, linked):
    """Who sends If-Match wants nothing done to another version; Entra never does."""
    response = scim.patch(linked, CARRIERS[0], if_match='W/"99"')

    assert response.status_code == 412
    ann.refresh_from_db()
    assert ann.is_active


@pytest.mark.parametrize(
    "member",
    [
        '"a": "\\u0000"',
        '"a": "\\ud800"',
        '"a\\u0000": 1',
        '"a": 1, "A": 2',
        '"Active": true',
        '"a": NaN',
        '"a": 1e999',
        '"a": "\t"',
        f'"a": {"1" * 5000}',
        f'"a": {"[" * 40}{"]" * 40}',
        f'"a": [{"1," * 25_000}1]',
    ],
    ids=lambda member: member[:12],
)
def test_whatever_cannot_be_kept(scim, linked, is_out, member):
    """Such a body is refused, but for the leaving of a person in it."""
    carrier = '{"op": "Replace", "path": "active", "value": "False"}'
    for body in ('{"Operations": [%s], %s}', '{"Operations": [%s, {"x": 1, %s}]}'):
        rest = body.replace("False", "True") % (carrier.replace("False", "x"), member)
        assert scim.send("patch", linked, rest).status_code == 400
        is_out(scim.send("patch", linked, body % (carrier, member)))
    put = '{"userName": "ann@contoso.example", "active": %s, ' + member + "}"
    assert scim.send("put", linked, put % "true").status_code == 400
    assert scim.send("put", linked, put % "false").status_code == 200


OUT = '"op": "replace", "path": "active", "value": false'


DOUBLES = [
    '{"Operations": [{OUT, "value": true}]}',
    '{"Operations": [{"value": true, OUT}]}',
    '{"Operations": [{OUT, "path": "title"}]}',
    '{"Operations": [{OUT, "op": "remove"}]}',
    '{"Operations": [{"OP": "remove", "Path": "title", "VALUE": true, OUT}]}',
    '{"Operations": [{OUT}], "Operations": []}',
    '{"operations": [], "Operations": [{OUT}]}',
    '{"Operations": [{"op": "add", "value": {"active": false, "active": true}}]}',
    '{"Operations": [{"op": "add", "value": {"active": false, "Active": true}}]}',
    '{"Operations": [{"op": "add", "value": {"CORE:active": false, "a": 1, "A": 2}}]}',
    '{"Operations": [{"op": "add", "value": {"CORE": {"active": false}, "CORE": {}}}]}',
    '{"Operations": [{"op": "add", "path": "active", "value": {"value": "False", '
    '"value": true}}]}',
    json.dumps({"Operations": json.dumps([{"op": "add", "value": {"active": False}}])}),
    '{"active": "False"}',
]


@pytest.mark.parametrize("body", DOUBLES)
def test_whichever_of_two_members_says_it(scim, linked, is_out, body):
    """Parsers disagree about a name that occurs twice; nobody stays in by that."""
    is_out(scim.send("patch", linked, body.replace("OUT", OUT).replace("CORE", CORE)))


@pytest.mark.parametrize(
    "members", ['"active": false, "active": true', '"active": true, "active": "False"']
)
def test_whichever_of_two_members_of_a_put_says_it(scim, linked, is_out, members):
    is_out(
        scim.send("put", linked, f'{{"userName": "ann@contoso.example", {members}}}')
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32-be", "latin-1"])
def test_whatever_encodes_the_body(scim, linked, is_out, encoding):
    """UTF-8 is what the standard wants (RFC 8259 §8.1)."""
    body = json.dumps(
        {"Operations": [{"op": "Replace", "value": {"active": "False", "title": "é"}}]},
        ensure_ascii=False,
    )
    rest = body.replace("active", "locale").encode(encoding)
    refused = scim.send("patch", linked, rest)
    assert (refused.status_code == 400) == (encoding == "latin-1")
    scim.patch(linked, {"op": "remove", "path": "locale"})

    is_out(scim.send("patch", linked, body.encode(encoding)), "title")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b'{"Operations": [{"op": "Replace", "path": "active", "value": "False"}', 400),
        (b"[]", 400),
        (b"<html>active: false</html>", 400),
        (b"", 400),
        (b'{"active": false, "a": "' + b"x" * 1_100_000 + b'"}', 413),
    ],
    ids=["broken", "list", "no JSON", "empty", "too long"],
)
def test_unless_nobody_can_read_the_body(scim, ann, linked, data, status):
    """Nothing is guessed from a body that is not JSON that can be kept."""
    assert scim.send("patch", linked, data).status_code == status
    assert scim.send("put", linked, data).status_code == status
    ann.refresh_from_db()
    assert ann.is_active
