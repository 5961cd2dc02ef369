"""Attributes of no schema of ours: answered as Entra sent them, and bounded."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_scim.scim.foreign import foreign_after, foreign_in_resource, split

CUSTOM = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
EVE = {"userName": "eve@contoso.example"}


@pytest.mark.django_db
class TestEcho:
    def test_what_entra_posts_is_answered(self, scim):
        """Otherwise Entra would send it again each time that it looks."""
        mapped = {"otherMails": ["a@x.example"], CUSTOM: {"CustomAttribute": "701984"}}

        created = scim.post("/Users", {**EVE, **mapped}).json()
        read = scim.get(f"/Users/{created['id']}").json()
        [listed] = scim.get('/Users?filter=userName eq "eve@contoso.example"').json()[
            "Resources"
        ]

        for answer in created, read, listed:
            assert {name: answer[name] for name in mapped} == mapped
            assert CUSTOM in answer["schemas"]

    def test_a_patch_of_what_is_there_changes_nothing(self, scim):
        eve = scim.post("/Users", {**EVE, CUSTOM: {"CustomAttribute": "1"}}).json()
        same = {"op": "Replace", "path": f"{CUSTOM}:CustomAttribute", "value": "1"}

        answer = scim.patch(f"/Users/{eve['id']}", same).json()

        assert answer["meta"]["version"] == eve["meta"]["version"]

    def test_a_put_replaces_them(self, scim):
        eve = scim.post("/Users", {**EVE, "otherMails": ["a@x.example"]}).json()

        answer = scim.put(f"/Users/{eve['id']}", {**EVE, "favouriteColour": "blue"})

        assert answer.json()["favouriteColour"] == "blue"
        assert "otherMails" not in answer.json()

    def test_a_request_that_deactivates_keeps_them(self, scim):
        eve = scim.post("/Users", {**EVE, CUSTOM: {"CustomAttribute": "1"}}).json()

        answer = scim.patch(
            f"/Users/{eve['id']}",
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Replace", "path": "not a path", "value": "x"},
        )

        assert answer.json()["active"] is False
        assert answer.json()[CUSTOM] == {"CustomAttribute": "1"}

    def test_another_environment_sees_nothing_of_them(self, scim, foreign_scim):
        scim.post("/Users", {**EVE, "otherMails": ["a@x.example"]})

        assert "a@x.example" not in foreign_scim.get("/Users").content.decode()


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        ({}, ("Add", "otherMails", ["a"]), {"otherMails": ["a"]}),
        ({"otherMails": ["a"]}, ("Add", "otherMails", "b"), {"otherMails": ["a", "b"]}),
        ({"otherMails": ["a"]}, ("Add", "OTHERMAILS", "a"), {"otherMails": ["a"]}),
        ({"otherMails": ["a"]}, ("Replace", "otherMails", ["b"]), {"otherMails": ["b"]}),
        ({"otherMails": ["a", "b"]}, ("Remove", "otherMails", "a"), {"otherMails": ["b"]}),
        ({"otherMails": ["a"]}, ("Remove", "otherMails", None), {}),
        ({"x": "1"}, ("Replace", "x", ""), {}),
        ({}, ("Add", f"{CORE}:x", "1"), {"x": "1"}),
        ({}, ("Add", f"{CUSTOM}:a", "1"), {CUSTOM: {"a": "1"}}),
        ({CUSTOM: {"a": "1"}}, ("Add", f"{CUSTOM}:b", 2), {CUSTOM: {"a": "1", "b": 2}}),
        ({CUSTOM: {"a": "1"}}, ("Remove", f"{CUSTOM}:A", None), {}),
        ({CUSTOM: {"a": "1"}}, ("Remove", CUSTOM, None), {}),
        ({CUSTOM: {"a": "1"}}, ("Add", CUSTOM, {"b": "2"}), {CUSTOM: {"a": "1", "b": "2"}}),
        ({}, ("Replace", None, {"x": "1", CUSTOM: {"a": "1"}}), {"x": "1", CUSTOM: {"a": "1"}}),
        ({}, ("Add", 'x[type eq "work"].value', "1"), {}),
        ({}, ("Add", "x.y", "1"), {}),
        ({}, ("Add", "password", "hunter2"), {}),
        ({}, ("Add", "name.givenName", "Eve"), {}),
        ({}, ("Add", "roles", [{"value": "Viewer"}]), {}),
    ],
)  # fmt: skip
def test_operations(before, operation, after):
    op, path, value = operation

    result = foreign_after(before, [{"op": op, "path": path, "value": value}])

    assert result == after


def test_they_are_bounded():
    """And nothing is refused for them."""
    many = {f"a{number}": "x" for number in range(1000)}
    assert len(foreign_in_resource(many)) == 50
    assert foreign_in_resource({"a": "x" * 3000, "b": "x"}) == {"b": "x"}
    extension = foreign_in_resource({CUSTOM: many})
    assert len(json.dumps(extension)) < 2500


@given(
    st.dictionaries(st.text(max_size=9), st.none() | st.text(max_size=9), max_size=9),
    st.lists(
        st.fixed_dictionaries(
            {
                "op": st.sampled_from(["add", "Replace", "remove", 7]),
                "path": st.none() | st.sampled_from(["x", f"{CUSTOM}:x", CUSTOM, "title"]),
                "value": st.none() | st.text(max_size=3) | st.lists(st.text(max_size=3)),
            }
        ),
        max_size=9,
    ),
)  # fmt: skip
def test_nothing_of_ours_is_among_them(body, operations):
    """Whatever comes, the former stay as they are and ours are left alone."""
    before = foreign_in_resource(body)
    copy = json.loads(json.dumps(before))

    after = foreign_after(before, operations)

    assert before == copy
    assert split(after) == ({}, after)
    assert "title" not in after
