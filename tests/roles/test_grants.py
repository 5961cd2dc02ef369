"""What Entra says of roles decides which groups somebody has."""

from __future__ import annotations

import json

import pytest
from django.db.models.signals import m2m_changed

from entra_scim.models import ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from tests.support.factories import GroupFactory, RoleFactory
from tests.support.role_values import groups_of, items

pytestmark = pytest.mark.django_db


ROLES = "roles"


def in_string(*values):
    return [
        {"value": json.dumps({"id": "06b07648", "value": value, "displayName": "X"})}
        for value in values
    ]


def test_groups_are_left_alone_until_roles_are_received(scim, ann, linked):
    """A mapping that is not made yet strips nobody."""
    scim.patch(linked, {"op": "Replace", "path": "title", "value": "Boss"})

    assert groups_of(ann) == ["Viewer"]


def test_put_without_roles_leaves_groups_alone_until_then(scim, ann, linked):
    """A PUT cannot clear what was never received."""
    scim.put(linked, {"userName": ann.email})

    assert groups_of(ann) == ["Viewer"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "roles", "value": items("Uploader", "Authorizer")},
        {"op": "Replace", "path": "roles", "value": items("Uploader,Authorizer")},
        {"op": "Replace", "path": "roles", "value": items(" Uploader , Authorizer,")},
        {"op": "Add", "path": "roles", "value": in_string("Uploader", "Authorizer")},
        {"op": "Replace", "path": "roles", "value": in_string("Uploader,Authorizer")},
        {"op": "replace", "value": {"roles": items("Authorizer", "Uploader")}},
        {
            "op": "add",
            "value": {
                "urn:ietf:params:scim:schemas:core:2.0:User:roles": items(
                    "Uploader,Authorizer"
                )
            },
        },
        {
            "op": "replace",
            "path": 'roles[primary eq "True"].value',
            "value": "Uploader,Authorizer",
        },
        {"op": "add", "path": "roles", "value": ["Uploader", "Authorizer"]},
    ],
)
def test_roles_in_every_form_decide_from_then_on(scim, ann, linked, operation):
    """Whatever the function and the dialect, the groups are the roles' groups."""
    response = scim.patch(linked, operation)

    assert response.status_code == 200
    assert groups_of(ann) == ["Authorizer", "Uploader"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "roles", "value": []},
        {"op": "remove", "path": "roles"},
        {"op": "Remove", "path": "roles", "value": [{"value": "Uploader"}]},
        {"op": "replace", "path": "roles", "value": items("uploader", "VIEWER")},
        {"op": "replace", "path": "roles", "value": items("msiam_access")},
        {
            "op": "replace",
            "path": "roles",
            "value": items("00000000-0000-0000-0000-000000000000"),
        },
        {"op": "replace", "path": "roles", "value": [{"display": "Viewer"}]},
        {
            "op": "replace",
            "path": "roles",
            "value": [{"value": '{"id":"0","value":null,"displayName":"Viewer"}'}],
        },
    ],
)
def test_what_names_no_role_exactly_grants_nothing(scim, ann, linked, operation):
    """Case, display names, default access and empty lists grant no group."""
    scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Uploader")})
    assert groups_of(ann) == ["Uploader"]

    scim.patch(linked, operation)

    assert groups_of(ann) == []


def test_an_empty_list_in_a_post_clears(scim, ann, roles):
    """A POST that names roles decides about them at once."""
    ann.groups.add(roles["Viewer"].group)

    scim.post("/Users", {"userName": ann.email, "roles": []})

    assert groups_of(ann) == []


def test_put_without_roles_clears_what_was_received(scim, ann, linked):
    """A PUT replaces the whole resource."""
    scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Uploader")})

    scim.put(linked, {"userName": ann.email})

    assert groups_of(ann) == []


def test_other_groups_are_never_touched(
    several_environments, scim, ann, linked, contoso, fabrikam
):
    """Groups that no role of the environment grants are the product's own."""
    own = GroupFactory(name="Own")
    foreign = RoleFactory(environment=fabrikam, value="Foreign").group
    ann.groups.add(own, foreign)

    scim.patch(
        linked,
        {"op": "replace", "path": "roles", "value": items("Uploader", "Foreign")},
    )
    assert groups_of(ann) == ["Foreign", "Own", "Uploader"]

    scim.patch(linked, {"op": "replace", "path": "active", "value": False})
    assert groups_of(ann) == ["Foreign", "Own"]


def test_a_role_of_another_environment_grants_nothing(
    several_environments, scim, ann, linked, fabrikam
):
    """The same value elsewhere is another customer's."""
    RoleFactory(environment=fabrikam, value="Secret")

    scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Secret")})

    assert groups_of(ann) == []


def test_a_change_that_names_no_roles_changes_none(scim, ann, linked):
    """A group given by hand stays until Entra speaks of roles again."""
    scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Uploader")})
    ann.groups.add(GroupFactory(name="Local"))

    scim.patch(linked, {"op": "replace", "path": "title", "value": "Boss"})

    assert groups_of(ann) == ["Local", "Uploader"]


def test_unknown_values_are_kept_and_echoed(scim, linked):
    """What is not understood is not lost, or Entra would send it each cycle."""
    response = scim.patch(
        linked, {"op": "replace", "path": "roles", "value": items("Later")}
    )

    assert response.json()["roles"] == items("Later")
    assert scim.get(linked).json()["roles"] == items("Later")


def test_a_json_string_is_echoed_as_a_post_has_it(scim, linked):
    """Entra compares the echo with what it would send in a POST."""
    response = scim.patch(
        linked,
        {
            "op": "Add",
            "path": "roles",
            "value": [
                {"value": '{"id":"1","value":"Viewer","displayName":"The viewer"}'}
            ],
        },
    )

    assert response.json()["roles"] == [
        {
            "primary": False,
            "type": "WindowsAzureActiveDirectoryRole",
            "displayName": "The viewer",
            "value": "Viewer",
        }
    ]


class TestEvents:
    def last(self):
        return sentence_of(ProvisioningEvent.objects.exclude(name="").first())

    def test_roles_read_as_a_sentence(self, scim, ann, linked):
        """The story says who got and lost what, in words."""
        scim.patch(
            linked, {"op": "replace", "path": "roles", "value": items("Uploader", "Hm")}
        )

        assert self.last() == (
            "Ann Smith: role Uploader added; role Viewer removed; "
            "role Hm received, but no role has that name here"
        )

        scim.patch(linked, {"op": "replace", "path": "roles", "value": []})
        assert self.last() == "Ann Smith: role Uploader removed"

    def test_no_event_is_without_words(self, scim, bob):
        """Roles that Entra sends first and that grant nothing are a change too."""
        response = scim.post("/Users", {"userName": bob.email, "displayName": "Bob"})
        scim.patch(
            f"/Users/{response.json()['id']}",
            {"op": "replace", "path": "roles", "value": []},
        )

        assert self.last() == "Bob: changed"

    def test_a_new_role_tells_how_many_it_concerned(self, scim, linked, contoso):
        """Creating a role is in the story too."""
        scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Later")})

        RoleFactory(environment=contoso, value="Later")

        assert self.last() == "Later: role created; people concerned: 1"


def test_a_product_that_follows_memberships_sees_each(scim, ann, linked):
    """By Django's own signal, of what is given and of what is taken."""
    seen = []

    def follow(action, pk_set, **kwargs):
        seen.append((action, len(pk_set)))

    through = type(ann).groups.through
    m2m_changed.connect(follow, sender=through)
    try:
        for value in (items("Uploader"), []):
            scim.patch(linked, {"op": "replace", "path": "roles", "value": value})
    finally:
        m2m_changed.disconnect(follow, sender=through)

    assert groups_of(ann) == []
    assert ("post_add", 1) in seen
    assert seen.count(("post_remove", 1)) == 2
