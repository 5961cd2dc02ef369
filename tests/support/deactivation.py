"""Whatever carries a deactivation, and whatever else is in its request."""

from __future__ import annotations

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


def named(external_id):
    return {
        "externalId": external_id,
        "title": "Clerk",
        "roles": [{"value": "Viewer"}],
    }
