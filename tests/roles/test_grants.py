"""Roles in all forms that Entra sends, and the groups that follow."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError

from entra_scim.models import EnvironmentRole, ProvisionedUser, ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from tests.support.factories import GroupFactory, RoleFactory

pytestmark = pytest.mark.django_db

ROLES = "roles"


def groups_of(user):
    return sorted(user.groups.values_list("name", flat=True))


def items(*values):
    return [
        {
            "primary": False,
            "type": "WindowsAzureActiveDirectoryRole",
            "display": f"The role {value}",
            "value": value,
        }
        for value in values
    ]


def in_string(*values):
    return [
        {"value": json.dumps({"id": "06b07648", "value": value, "displayName": "X"})}
        for value in values
    ]


@pytest.fixture
def linked(scim, ann, roles):
    """Ann, linked, with no word of roles yet and in group Viewer."""
    ann.groups.add(roles["Viewer"].group)
    response = scim.post(
        "/Users", {"userName": ann.email, "displayName": "Ann Smith", "externalId": "a"}
    )
    return f"/Users/{response.json()['id']}"


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


class TestDefinitions:
    def test_a_new_role_takes_effect_at_once(self, scim, ann, linked, contoso):
        """Values that were unknown until now grant their group."""
        scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Later")})

        RoleFactory(environment=contoso, value="Later")

        assert groups_of(ann) == ["Later"]

    def test_a_foreign_role_of_that_name_does_not(
        self, several_environments, scim, ann, linked, fabrikam
    ):
        """The same value in another environment concerns nobody here."""
        scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Later")})

        RoleFactory(environment=fabrikam, value="Later")

        assert groups_of(ann) == []

    def test_renaming_and_deleting_take_effect(self, scim, ann, linked, roles):
        """Who has the former name loses the group; who has the new one gets it."""
        scim.patch(
            linked,
            {"op": "replace", "path": "roles", "value": items("Uploader", "New")},
        )
        role = roles["Uploader"]

        role.value = "Other"
        role.save()
        assert groups_of(ann) == []

        role.value = "New"
        role.save()
        assert groups_of(ann) == ["Uploader"]

        role.delete()
        assert groups_of(ann) == []

    def test_another_group_takes_the_place_of_the_former(
        self, scim, ann, linked, roles
    ):
        """A role that is mapped anew moves its people."""
        scim.patch(
            linked, {"op": "replace", "path": "roles", "value": items("Uploader")}
        )

        role = roles["Uploader"]
        role.group = GroupFactory(name="Another")
        role.save()

        assert groups_of(ann) == ["Another"]

    def test_a_group_of_two_roles_stays_with_one(
        self, scim, ann, linked, contoso, roles
    ):
        """Deleting one of two roles takes nothing from who has the other."""
        second = RoleFactory(
            environment=contoso, value="Second", group=roles["Uploader"].group
        )
        scim.patch(
            linked,
            {"op": "replace", "path": "roles", "value": items("Uploader", "Second")},
        )

        second.delete()

        assert groups_of(ann) == ["Uploader"]

    def test_deleting_many_at_once_takes_effect(self, scim, ann, linked, contoso):
        """Such as those that somebody ticked in an admin."""
        scim.patch(
            linked, {"op": "replace", "path": "roles", "value": items("Uploader")}
        )

        EnvironmentRole.objects.for_environment(contoso).delete()

        assert groups_of(ann) == []

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("many", [False, True])
    def test_an_environment_goes_with_its_roles(
        self, scim, ann, linked, roles, contoso, fabrikam, many
    ):
        """And with its events: none is left over to keep it from going."""
        RoleFactory(environment=fabrikam, value="Other")
        scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Viewer")})
        environments = type(contoso)._default_manager.filter(pk=contoso.pk)

        (environments if many else contoso).delete()

        assert not environments.exists()
        assert not ProvisioningEvent.objects.filter(environment=contoso.pk).exists()
        assert EnvironmentRole.objects.get().environment == fabrikam

    def test_the_inactive_and_the_unprovisioned_get_nothing(
        self, scim, ann, bob, linked, contoso
    ):
        """Making a role lets nobody in."""
        scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Later")})
        scim.patch(linked, {"op": "replace", "path": "active", "value": False})

        role = RoleFactory(environment=contoso, value="Later")
        bob.groups.add(role.group)
        role.save()

        assert groups_of(ann) == []
        assert groups_of(bob) == ["Later"]

    @pytest.mark.parametrize("value", ["Two words", "a,b", "", " x", "x\t", "\u00a0"])
    def test_a_name_that_entra_cannot_send_is_refused(self, contoso, value):
        """No spaces, no commas."""
        with pytest.raises(ValidationError):
            EnvironmentRole.objects.create(
                environment=contoso, value=value, group=GroupFactory()
            )

    def test_names_that_differ_in_case_are_two_roles(self, contoso):
        """Names match exactly, on databases that ignore case too."""
        RoleFactory(environment=contoso, value="Viewer", group=GroupFactory(name="a"))
        RoleFactory(environment=contoso, value="viewer", group=GroupFactory(name="b"))

        assert EnvironmentRole.objects.count() == 2


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
        """Making a role is in the story too."""
        scim.patch(linked, {"op": "replace", "path": "roles", "value": items("Later")})

        RoleFactory(environment=contoso, value="Later")

        assert self.last() == "Later: role made; people concerned: 1"


def test_a_change_of_a_role_costs_one_statement_a_person(
    scim, contoso, django_assert_max_num_queries
):
    """Of those who get a group: whether Entra manages them still."""
    for number in range(30):
        scim.post(
            "/Users",
            {"userName": f"p{number}@contoso.example", "roles": items("Later")},
        )

    with django_assert_max_num_queries(25 + 30):
        role = RoleFactory(environment=contoso, value="Later")

    assert role.group.user_set.count() == 30
    assert ProvisionedUser.objects.count() == 30
