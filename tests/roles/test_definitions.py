"""Roles are defined, changed and removed: one transaction, one event, one signal."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db.models.signals import post_save

from entra_scim import signals
from entra_scim.models import EnvironmentRole, ProvisionedUser, ProvisioningEvent
from entra_scim.roles import definitions
from entra_scim.roles.groups import GroupNotGrantable
from entra_scim.story.sentences import sentence_of
from tests.support.factories import GroupFactory, OwnGroupFactory, RoleFactory
from tests.support.role_values import groups_of, items

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """What receivers of ``roles_changed`` are told."""
    told = []

    def hear(user_ids, environment, **kwargs):
        told.append((sorted(user_ids), environment))

    signals.roles_changed.connect(hear)
    yield told
    signals.roles_changed.disconnect(hear)


@pytest.fixture
def reader(scim, contoso):
    """Somebody to whom Entra assigned a role that does not exist yet."""
    scim.post(
        "/Users",
        {"userName": "ann@contoso.example", "roles": [{"value": "Reader"}]},
    )
    return ProvisionedUser.objects.get().user


def last_event():
    return ProvisioningEvent.objects.filter(kind__startswith="role_").first()


def test_a_rename_is_one_event_and_one_signal(
    admin, contoso, reader, heard, django_capture_on_commit_callbacks
):
    role = definitions.define(contoso, "Viewer", by=admin)

    with django_capture_on_commit_callbacks(execute=True):
        definitions.change(role, "Reader", role.group, by=admin)

    event = last_event()
    assert sentence_of(event) == (
        "Reader: role changed; formerly Viewer; people concerned: 1"
    )
    assert event.actor == admin.get_username()
    assert heard == [([reader.pk], contoso)]
    assert reader.groups.get() == role.group


def test_a_role_that_moves_to_another_group_concerns_people_once(
    admin, contoso, reader, heard, django_capture_on_commit_callbacks
):
    """They leave one group and join the other."""
    role = definitions.define(contoso, "Reader", by=admin)
    group = OwnGroupFactory(environment=contoso, name="Other")

    with django_capture_on_commit_callbacks(execute=True):
        definitions.change(role, "Reader", group, by=admin)

    assert sentence_of(last_event()) == "Reader: role changed; people concerned: 1"
    assert heard == [([reader.pk], contoso)]
    assert reader.groups.get() == group


def test_a_removal_takes_the_group(
    admin, contoso, reader, heard, django_capture_on_commit_callbacks
):
    role = definitions.define(contoso, "Reader", by=admin)

    with django_capture_on_commit_callbacks(execute=True):
        definitions.remove(role, by=admin)

    assert sentence_of(last_event()) == "Reader: role deleted; people concerned: 1"
    assert last_event().actor == admin.get_username()
    assert heard == [([reader.pk], contoso)]
    assert not reader.groups.exists()


def test_a_change_of_nothing_is_no_event(admin, contoso):
    role = definitions.define(contoso, "Reader", by=admin)

    definitions.change(role, "Reader", role.group, by=admin)

    assert last_event().kind == ProvisioningEvent.Kind.ROLE_CREATED


def test_what_is_refused_leaves_nothing(admin, contoso, fabrikam):
    role = definitions.define(contoso, "Reader", by=admin)
    foreign = OwnGroupFactory(environment=fabrikam, name="Foreign")

    with pytest.raises(GroupNotGrantable):
        definitions.change(role, "Boss", foreign, by=admin)
    with pytest.raises(ValidationError):
        definitions.define(contoso, "Two words", by=admin)

    role.refresh_from_db()
    assert (role.value, ProvisioningEvent.objects.filter(name="Boss").count()) == (
        "Reader",
        0,
    )
    assert EnvironmentRole.objects.count() == 1


@pytest.mark.parametrize("how", ["change", "remove"])
def test_a_role_that_somebody_else_has_removed_stays_so(admin, contoso, how):
    role = definitions.define(contoso, "Reader", by=admin)
    EnvironmentRole.objects.all().delete()
    work = {
        "change": lambda: definitions.change(role, "Boss", role.group, by=admin),
        "remove": lambda: definitions.remove(role, by=admin),
    }

    with pytest.raises(EnvironmentRole.DoesNotExist):
        work[how]()

    assert not EnvironmentRole.objects.exists()
    assert ProvisioningEvent.objects.filter(kind="role_deleted").count() == 1


def test_the_product_hears_of_what_the_tab_does(admin, contoso):
    """By Django's own signals, as of what its own code saves."""
    saved = []

    def hear(instance, **kwargs):
        saved.append(instance.value)

    post_save.connect(hear, EnvironmentRole)
    try:
        role = definitions.define(contoso, "Reader", by=admin)
        definitions.change(role, "Viewer", role.group, by=admin)
    finally:
        post_save.disconnect(hear, EnvironmentRole)

    assert saved == ["Reader", "Viewer"]


def test_a_role_that_the_product_saves_is_told_in_the_same_words(contoso, reader):
    role = RoleFactory(environment=contoso, value="Viewer", group=GroupFactory())

    EnvironmentRole.objects.update_or_create(pk=role.pk, defaults={"value": "Reader"})

    assert sentence_of(last_event()) == (
        "Reader: role changed; formerly Viewer; people concerned: 1"
    )
    assert reader.groups.get() == role.group


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
        """Creating a role lets nobody in."""
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
