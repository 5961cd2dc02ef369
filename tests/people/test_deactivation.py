"""Deactivation wins over everything else in its request, whatever carries it."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth import get_user_model
from django.db import DataError, connection

from entra_scim.diagnosis.observations import observe
from entra_scim.exceptions import AddressNotOwned
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.policy import ProvisioningPolicy
from entra_scim.story.sentences import sentence_of

pytestmark = pytest.mark.django_db

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

CARRIERS = [
    {"op": "Replace", "path": "active", "value": "False"},
    {"op": "replace", "path": "active", "value": False},
    {"op": "Add", "path": "ACTIVE", "value": "FALSE"},
    {"OP": "rEplace", "Path": " Active ", "VALUE": " false "},
    {"op": "replace", "value": {"active": False}},
    {"op": "replace", "path": "", "value": {"Active": "false"}},
    {"op": "replace", "value": {f"{CORE}:active": False}},
    {"op": "replace", "value": {CORE: {"active": "False"}}},
    {"op": "replace", "path": CORE, "value": {"active": False}},
    {"op": "replace", "path": f"{CORE.upper()}:active", "value": "False"},
    {"op": "replace", "path": f"{CORE}.active", "value": False},
    {"op": "Replace", "path": "active", "value": [{"$ref": None, "value": "False"}]},
    {"op": "Replace", "path": "active", "value": {"value": False}},
    {"op": "Replace", "path": "active", "value": [False]},
    {"op": "Replace", "path": "active", "value": '{"value": "False"}'},
    {"op": "replace", "value": '{"active": false}'},
    {"op": "replace", "value": [{"active": False}]},
    {"op": "replace", "value": {"active": False, f"{CORE}:active": True}},
    {"op": "change", "path": "active", "value": False},
    {"op": "replace", "path": "active", "value": [True, "False"]},
    {"op": "replace", "path": "active.value", "value": "False"},
    {"op": "replace", "path": 'active[value eq "True"]', "value": "False"},
    {"op": "replace", "path": f"{ENTERPRISE}:active", "value": "False"},
    {"op": "replace", "path": "/active", "value": False},
    {"op": "replace", "path": "active", "value": {"active": [False]}},
    {"op": "replace", "value": [{"title": "x"}, {"active": False}]},
    {"op": "replace", "path": "active", "value": '{"value": false, "value": true}'},
]

RESTS = {
    "unreadable path": {"op": "Add", "path": "cost centre", "value": "x"},
    "unreadable foreign path": {
        "op": "Add",
        "path": "urn:ietf:params:scim:schemas:extension:custom:2.0:User:cost centre",
        "value": "x",
    },
    "path without end": {"op": "Add", "path": 'emails[type eq "work', "value": "x"},
    "path that is a number": {"op": "Add", "path": 7, "value": "x"},
    "endless path": {"op": "Add", "path": "x" * 3000, "value": "x"},
    "object for a text": {"op": "Replace", "path": "title", "value": {"a": 1}},
    "list for a text": {"op": "Replace", "path": "title", "value": ["a", "b"]},
    "text for an object": {"op": "Replace", "path": "name", "value": "Ann"},
    "text for an address": {"op": "Add", "path": "addresses", "value": ["x"]},
    "empty userName": {"op": "Replace", "path": "userName", "value": ""},
    "null userName": {"op": "replace", "value": {"userName": None}},
    "blank userName": {"op": "Replace", "path": "userName", "value": "  "},
    "removed userName": {"op": "remove", "path": "userName"},
    "flat key of a wrong type": {"op": "replace", "value": {"name.givenName": {}}},
    "flat key that is unreadable": {"op": "replace", "value": {"two words": "x"}},
    "active too": {"op": "Replace", "path": "active", "value": "True"},
    "active as a word": {"op": "Replace", "path": "active", "value": "no"},
    "removed active": {"op": "remove", "path": "active"},
    "unknown op": {"op": "move", "path": "title", "value": "x"},
    "no op": {"path": "title", "value": "x"},
    "no value": {"op": "Replace", "path": "title"},
    "no path to remove": {"op": "remove"},
    "no object": "replace",
    "null": None,
    "text without a path": {"op": "replace", "value": "x"},
    "no such role": {
        "op": "replace",
        "path": 'roles[value eq "X"].display',
        "value": "x",
    },
    "read-only": {"op": "replace", "path": "meta.created", "value": "x"},
    "two primaries": {
        "op": "replace",
        "path": "emails",
        "value": [{"value": value, "primary": True} for value in "ab"],
    },
    "too many values": {
        "op": "Add",
        "path": "emails",
        "value": [{"value": f"{number}@x.example"} for number in range(300)],
    },
    "too many roles": {
        "op": "Replace",
        "path": "roles",
        "value": [{"value": ",".join(map(str, range(500)))}],
    },
    "too many names": {
        "op": "replace",
        "value": {f"n{number}": 1 for number in range(500)},
    },
    "too long a text": {"op": "Replace", "path": "title", "value": "x" * 100_000},
    "too long a name": {"op": "Replace", "path": "userName", "value": "x" * 400},
    "roles with NUL": {
        "op": "Add",
        "path": "roles",
        "value": [{"value": '{"value": "\\u0000"}'}],
    },
    "another's userName": {
        "op": "Replace",
        "path": "userName",
        "value": "eve@contoso.example",
    },
    "another's externalId": {"op": "Replace", "path": "externalId", "value": "eve"},
    "the Admin's address": {
        "op": "Replace",
        "path": 'emails[type eq "work"].value',
        "value": "admin@contoso.example",
    },
}


@pytest.fixture
def linked(scim, ann, admin, roles):
    """Ann, linked, with role Viewer; Eve and the Admin are there as well."""
    response = scim.post("/Users", {"userName": "eve@contoso.example", **named("eve")})
    assert response.status_code == 201
    response = scim.post("/Users", {"userName": ann.email, **named("ann")})
    assert response.status_code == 201
    return f"/Users/{response.json()['id']}"


def named(external_id):
    return {
        "externalId": external_id,
        "title": "Clerk",
        "roles": [{"value": "Viewer"}],
    }


@pytest.fixture
def is_out(scim, ann, linked):
    """Return a function that asserts that Ann is out, and only that."""
    before = scim.get(linked).json()
    columns = get_user_model().objects.filter(pk=ann.pk).values()[0]
    assert columns["is_active"]
    assert ann.groups.exists()

    def assert_out(response, *changed):
        assert response.status_code == 200, response.content
        after = response.json()
        assert scim.get(linked).json() == after
        expected = {**before, "active": False, "meta": after["meta"]}
        assert {**after, **dict.fromkeys(changed)} == {
            **expected,
            **dict.fromkeys(changed),
        }
        user = get_user_model().objects.filter(pk=ann.pk)
        assert user.values()[0] == {**columns, "is_active": False}
        assert not user.get().groups.exists()
        return ProvisioningEvent.objects.get(kind="deactivated")

    return assert_out


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
    """Nothing is guessed from a body that is no JSON that can be kept."""
    assert scim.send("patch", linked, data).status_code == status
    assert scim.send("put", linked, data).status_code == status
    ann.refresh_from_db()
    assert ann.is_active


def test_a_post_with_a_wrong_rest_creates_nobody(scim, ann):
    """There is nobody of Entra's to be put out."""
    response = scim.post(
        "/Users", {"userName": ann.email, "title": {"a": 1}, "active": False}
    )

    assert response.status_code == 400
    ann.refresh_from_db()
    assert ann.is_active


OBJECT_ID = "1f6bc7d6-0bb3-4a0a-8d3b-3c2e2f1c9a11"


@pytest.mark.parametrize("external_id", [OBJECT_ID, OBJECT_ID.upper()])
def test_a_post_of_somebody_who_is_here_by_the_object_id(
    several_environments, scim, foreign_scim, linked, is_out, external_id
):
    """Entra has lost the resource, and says that the person has left."""
    scim.patch(linked, {"op": "Replace", "path": "externalId", "value": OBJECT_ID})
    leaver = {"userName": "ann.smith@contoso.example", "externalId": external_id}
    leaver["active"] = False
    assert foreign_scim.post("/Users", leaver).status_code == 201
    assert scim.post("/Users", {**leaver, "active": True}).status_code == 409
    assert scim.get(linked).json()["active"]

    for _cycle in range(2):
        answer = scim.post("/Users", {**leaver, "userName": "x@contoso.example"})
        assert answer.status_code == 409

    event = is_out(scim.get(linked), "externalId")
    assert "left out" in sentence_of(event)


def test_a_post_with_the_nickname_of_a_colleague_puts_nobody_out(scim, ann, linked):
    """Only an object ID says who it is."""
    leaver = {"userName": "x@contoso.example", "externalId": "ann", "active": False}

    assert scim.post("/Users", leaver).status_code == 409

    assert scim.get(linked).json()["active"]


def test_roles_that_cannot_be_read_decide_nothing(scim, ann, roles):
    """Groups from before any roles come back, as after any deactivation."""
    ann.groups.add(roles["Viewer"].group)
    response = scim.post("/Users", {"userName": ann.email})
    path = f"/Users/{response.json()['id']}"

    scim.patch(path, {"op": "Replace", "path": "roles", "value": [7, []]}, CARRIERS[0])
    assert not ann.groups.exists()
    scim.patch(path, {"op": "Replace", "path": "active", "value": "True"})

    assert ann.groups.get() == roles["Viewer"].group
    assert ProvisionedUser.objects.get().roles_received_at is None


class Strict(ProvisioningPolicy):
    """A product that refuses a title at the very end."""

    def apply_profile(self, user, attributes):
        if attributes.get("title") == "Refused":
            raise AddressNotOwned


def test_for_what_the_policy_refuses(scim, linked, is_out, settings):
    """The product's own refusals come late; the rest is left out as a whole then."""
    settings.ENTRA_SCIM_POLICY = "tests.people.test_deactivation.Strict"
    title = {"op": "Replace", "path": "title", "value": "Refused"}
    assert scim.patch(linked, title).status_code == 400

    event = is_out(scim.patch(linked, title, CARRIERS[0]))

    assert "left out" in sentence_of(event)


def test_for_what_the_database_refuses(scim, linked, is_out):
    """A value that only the database finds to be out of range."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "far@x.example" in params:
            raise DataError("out of range")
        return execute(sql, params, many, context)

    name = {"op": "Replace", "path": "userName", "value": "far@x.example"}
    with connection.execute_wrapper(refuse):
        event = is_out(scim.patch(linked, name, CARRIERS[0]))

    assert "left out" in sentence_of(event)
