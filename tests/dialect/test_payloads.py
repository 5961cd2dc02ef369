"""Every payload that Entra, its validator and the RFCs are known for, as a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scim2_models import SCIMException

from entra_scim.dialect import role_values
from entra_scim.document.documents import ENTERPRISE
from entra_scim.scim.resources import document_from, patched
from tests.support.random_payloads import JSON, OPERATIONS, PATHS

PAYLOADS = Path(__file__).resolve().parent.parent / "payloads"


BEFORE = {
    "externalId": "e-1",
    "userName": "ann@contoso.example",
    "active": True,
    "displayName": "Ann Smith",
    "name": {"formatted": "Ann Smith", "givenName": "Ann", "familyName": "Smith"},
    "emails": [{"primary": True, "type": "work", "value": "ann@contoso.example"}],
    ENTERPRISE: {"department": "Operations"},
}


def payloads(folder, accepted_only=False):
    files = sorted((PAYLOADS / folder).glob("*.json"))
    assert files
    contents = {
        file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files
    }
    return [
        pytest.param(payload, id=name)
        for name, payload in contents.items()
        if not (accepted_only and "error" in payload)
    ]


def merged(document, changes):
    """Return a document with changes; null takes an attribute away."""
    return {
        key: value
        for key, value in {**document, **changes}.items()
        if value is not None and value != []
    }


def in_order(document):
    """Return a document with its lists in an order of their own."""
    return {
        key: sorted(value, key=json.dumps) if isinstance(value, list) else value
        for key, value in json.loads(json.dumps(document, sort_keys=True)).items()
    }


def attributes(response):
    return {
        key: value
        for key, value in response.json().items()
        if key not in ("schemas", "id", "meta")
    }


@pytest.mark.django_db
@pytest.mark.parametrize("payload", payloads("patch"))
def test_patch(scim, payload):
    """A PATCH gives what is written down, as answer and on the next GET."""
    before = merged(BEFORE, payload.get("before", {}))
    created = scim.post("/Users", before)
    assert created.status_code == 201, created.content
    path = f"/Users/{created.json()['id']}"

    response = scim.patch(path, *payload["operations"])

    if "error" in payload:
        error = response.json()
        assert {key: error.get(key) for key in payload["error"]} == payload["error"]
        assert response.status_code == int(error["status"])
        assert attributes(scim.get(path)) == attributes(created)
        assert scim.get(path).json()["meta"] == created.json()["meta"]
    else:
        assert response.status_code == 200, response.content
        expected = in_order(merged(before, payload["changes"]))
        assert in_order(attributes(response)) == expected
        assert in_order(attributes(scim.get(path))) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("payload", payloads("create"))
def test_create(scim, payload):
    """A POST keeps and echoes what is written down."""
    response = scim.post("/Users", payload["body"])

    if "error" in payload:
        error = response.json()
        assert {key: error.get(key) for key in payload["error"]} == payload["error"]
    else:
        assert response.status_code == 201, response.content
        assert in_order(attributes(response)) == in_order(payload["document"])
        listed = scim.get("/Users").json()["Resources"]
        assert listed == [response.json()]


@pytest.mark.parametrize("payload", payloads("patch", accepted_only=True))
def test_the_same_patch_twice_is_once(payload):
    """Entra repeats a request whose answer was lost."""
    before = merged(BEFORE, payload.get("before", {}))

    once = patched(before, {"Operations": payload["operations"]})

    assert patched(once, {"Operations": payload["operations"]}) == once


@given(OPERATIONS | JSON)
def test_any_operations_give_a_document_or_a_refusal(operations):
    """Hostile input never gets further, and never changes what it was given."""
    before = json.loads(json.dumps(BEFORE))

    try:
        after = patched(before, {"Operations": operations})
    except SCIMException as refusal:
        after = None
        assert refusal.detail

    assert before == BEFORE
    if after is not None:
        assert after["userName"]
        assert isinstance(after.get("active", True), bool)
        assert all(isinstance(value, str) for value in role_values(after))
        assert document_from(after) == after


@given(JSON | st.dictionaries(PATHS, JSON, max_size=5))
def test_any_body_gives_a_document_or_a_refusal(body):
    """The same for what is posted."""
    try:
        document = document_from(body)
    except SCIMException as refusal:
        assert refusal.detail
    else:
        assert document_from(document) == document


TEXT = st.text(min_size=1, max_size=6).filter(lambda text: text.strip())


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "displayName": TEXT,
        "name.givenName": TEXT,
        'emails[type eq "work"].value': TEXT,
        'phoneNumbers[type eq "mobile"].value': TEXT,
        f"{ENTERPRISE}:department": TEXT,
        f"{ENTERPRISE}:manager": TEXT,
        "active": st.booleans(),
    },
).filter(bool)


@given(CHANGES, st.lists(st.sampled_from(["A", "B", "C,D"]), unique=True))
def test_both_dialects_give_the_same_document(changes, roles):
    """Whether the flag is in the Tenant URL does not matter."""
    flagged = [
        {"op": "replace", "value": changes},
        {
            "op": "replace",
            "path": "roles",
            "value": [
                {
                    "primary": False,
                    "type": "WindowsAzureActiveDirectoryRole",
                    "display": role,
                    "value": role,
                }
                for role in roles
            ],
        },
    ]
    default = [
        {
            "op": "Replace",
            "path": path,
            "value": str(value) if isinstance(value, bool) else value,
        }
        for path, value in changes.items()
    ]
    default.append(
        {
            "op": "Replace",
            "path": "roles",
            "value": [
                {"value": json.dumps({"id": "1", "value": role, "displayName": role})}
                for role in roles
            ],
        }
    )

    assert patched(BEFORE, {"Operations": flagged}) == patched(
        BEFORE, {"Operations": default}
    )
