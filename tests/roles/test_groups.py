"""Which groups roles may grant: never another customer's, never more than one has."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from entra_scim.conf import conf
from entra_scim.models import EnvironmentGroup, EnvironmentRole, ProvisionedUser
from tests.support.factories import (
    GroupFactory,
    OwnGroupFactory,
    RoleFactory,
    UserFactory,
    make_environment,
)
from tests.support.tab import client_for, tab

pytestmark = pytest.mark.django_db


def permission(codename):
    return Permission.objects.get(codename=codename)


@pytest.fixture
def it(contoso):
    """Who administers Contoso, and may do nothing but that."""
    options = apps.get_model(conf.ENVIRONMENT_MODEL)._meta
    user = UserFactory(email="it@contoso.example", environment=contoso, is_staff=True)
    user.user_permissions.add(
        permission(f"view_{options.model_name}"),
        permission(f"change_{options.model_name}"),
    )
    return user


@pytest.fixture
def visitor(it):
    return client_for(it)


def add(client, environment, value, group=None):
    return client.post(
        tab(environment, "roles/"),
        {"role-value": value, "role-group": getattr(group, "pk", "")},
    )


def change(client, role, value, group):
    return client.post(
        tab(role.environment, f"roles/{role.pk}/"),
        {"value": value, "group": group.pk},
    )


def offered(client, environment):
    return [
        str(group) for group in client.get(tab(environment)).context["role_form"].groups
    ]


def group_of(environment, value):
    return EnvironmentRole.objects.for_environment(environment).get(value=value).group


def text_of(response):
    assert response.status_code == 200
    return response.content.decode().replace("&#x27;", "'")


class TestGrantable:
    def test_nothing_is_offered_that_the_environment_did_not_make(
        self, visitor, contoso, fabrikam
    ):
        """Neither the product's groups nor another customer's."""
        GroupFactory(name="Staff")
        OwnGroupFactory(name="Fabrikam's", environment=fabrikam)
        OwnGroupFactory(name="Contoso's", environment=contoso)

        assert offered(visitor, contoso) == ["Contoso's"]

    def test_nor_accepted(self, visitor, contoso, fabrikam):
        """A forged form is refused as well, with the same words for all of them."""
        gone = Group(pk=GroupFactory().pk + 1000)
        foreign = OwnGroupFactory(name="Fabrikam's", environment=fabrikam)
        answers = {
            text_of(add(visitor, contoso, "Boss", group)).count("cannot grant that")
            for group in (GroupFactory(name="Staff"), foreign, gone)
        }

        assert answers == {1}
        assert not EnvironmentRole.objects.exists()

    def test_nor_by_a_change(self, visitor, contoso):
        role = RoleFactory(environment=contoso, value="Viewer")

        page = change(visitor, role, "Viewer", GroupFactory(name="Staff"))

        assert "cannot grant that group" in text_of(page)
        role.refresh_from_db()
        assert role.group.name == "Viewer"

    def test_a_wide_policy_offers_no_group_of_another_environment(
        self, settings, admin, contoso, fabrikam
    ):
        settings.ENTRA_SCIM_POLICY = "tests.support.group_policies.EveryGroup"
        client = client_for(admin)
        GroupFactory(name="Shared")
        foreign = OwnGroupFactory(name="Fabrikam's", environment=fabrikam)

        assert offered(client, contoso) == ["Shared"]
        assert "cannot grant that group" in text_of(
            add(client, contoso, "Boss", foreign)
        )

    def test_a_policy_may_allow_none(self, settings, admin, contoso):
        """Then no group is left behind by the attempt."""
        settings.ENTRA_SCIM_POLICY = "tests.support.group_policies.NoGroup"

        page = add(client_for(admin), contoso, "Boss")

        assert "cannot grant the group" in text_of(page)
        assert not Group.objects.exists()

    def test_a_renamed_group_stays_the_environment_s(self, visitor, contoso):
        group = OwnGroupFactory(name="Old", environment=contoso)
        Group.objects.filter(pk=group.pk).update(name="New")

        assert offered(visitor, contoso) == ["New"]

    def test_groups_of_a_deleted_environment_are_nobody_s(
        self, visitor, contoso, fabrikam
    ):
        """A former customer's people are in them still."""
        group = OwnGroupFactory(name="Fabrikam's", environment=fabrikam)

        fabrikam.delete()

        assert not EnvironmentGroup.objects.exists()
        assert Group.objects.get() == group
        assert offered(visitor, contoso) == []

    def test_a_deleted_group_leaves_nothing(self, contoso):
        OwnGroupFactory(environment=contoso).delete()

        assert not EnvironmentGroup.objects.exists()


class TestOwnGroups:
    def test_a_role_gets_a_group_of_its_own(self, visitor, contoso):
        """Whatever groups are there, of that name or not."""
        for name in ("Viewer", "Contoso Viewer"):
            GroupFactory(name=name).permissions.add(permission("delete_group"))

        assert add(visitor, contoso, "Viewer").status_code == 302

        group = group_of(contoso, "Viewer")
        assert group.name == f"Contoso ({contoso.pk}): Viewer"
        assert not group.permissions.exists()
        assert offered(visitor, contoso) == [group.name]

    def test_environments_of_one_name_do_not_meet(self, admin, contoso):
        twin = make_environment(name="Contoso")
        client = client_for(admin)

        add(client, contoso, "Viewer")
        add(client, twin, "Viewer")

        assert group_of(contoso, "Viewer") != group_of(twin, "Viewer")

    def test_a_name_that_is_taken_is_not_taken_over(self, visitor, contoso):
        """By those who made the group, and those who are in it."""
        names = [f"Contoso ({contoso.pk}): Viewer{again}" for again in ("", " (2)")]
        for name in names:
            GroupFactory(name=name)

        add(visitor, contoso, "Viewer")

        assert group_of(contoso, "Viewer").name == (
            f"Contoso ({contoso.pk}): Viewer (3)"
        )

    def test_long_names_are_cut_and_differ(self, visitor, contoso):
        """The environment's number stays; two long roles have two groups."""
        type(contoso).objects.filter(pk=contoso.pk).update(name="C" * 200)
        values = ["Viewer", "V" * 119 + "1", "V" * 119 + "2", "V" * 120]

        for value in values:
            assert add(visitor, contoso, value).status_code == 302

        groups = [group_of(contoso, value) for value in values]
        assert len(set(groups)) == 4
        assert all(f"({contoso.pk}): V" in group.name for group in groups)
        assert {len(group.name) for group in groups[1:]} == {150}
        assert groups[0].name.endswith(": Viewer")

    def test_a_role_made_anew_has_its_former_group(self, visitor, contoso):
        """As long as that is nothing more than it was."""
        add(visitor, contoso, "Viewer")
        group = group_of(contoso, "Viewer")
        EnvironmentRole.objects.get().delete()

        add(visitor, contoso, "Viewer")
        assert group_of(contoso, "Viewer") == group
        EnvironmentRole.objects.get().delete()
        group.permissions.add(permission("delete_group"))

        add(visitor, contoso, "Viewer")
        assert group_of(contoso, "Viewer") != group

    def test_a_group_that_another_role_grants_is_not_shared_by_name(
        self, visitor, contoso
    ):
        """The role was renamed; its people are others than the new one's."""
        add(visitor, contoso, "Viewer")
        role = EnvironmentRole.objects.get()
        change(visitor, role, "Reader", role.group)

        add(visitor, contoso, "Viewer")

        assert group_of(contoso, "Viewer") != group_of(contoso, "Reader")


class TestWhatOneHas:
    @pytest.fixture
    def powerful(self, contoso):
        group = OwnGroupFactory(name="Powerful", environment=contoso)
        group.permissions.add(permission("delete_group"))
        return group

    reason = "has permissions that you do not have, such as auth.delete_group"

    def test_a_group_with_more_is_not_offered(self, visitor, contoso, powerful):
        assert offered(visitor, contoso) == []

    def test_nor_accepted(self, visitor, contoso, powerful):
        page = add(visitor, contoso, "Boss", powerful)

        assert self.reason in text_of(page)
        assert not EnvironmentRole.objects.exists()

    def test_nor_is_its_role_given_to_other_people(
        self, visitor, contoso, powerful, scim, it
    ):
        """By the name of a role that everybody has, such as the visitor."""
        role = RoleFactory(environment=contoso, value="Boss", group=powerful)
        scim.post("/Users", {"userName": it.email, "roles": [{"value": "Everybody"}]})

        page = change(visitor, role, "Everybody", powerful)

        assert self.reason in text_of(page)
        assert not it.groups.exists()
        assert "which you cannot choose" in text_of(
            visitor.get(tab(contoso, f"roles/{role.pk}/"))
        )

    def test_nor_may_a_role_be_moved_to_it(self, visitor, contoso, powerful):
        role = RoleFactory(environment=contoso, value="Viewer")

        page = change(visitor, role, "Viewer", powerful)

        assert self.reason in text_of(page)
        role.refresh_from_db()
        assert role.group.name == "Viewer"

    @pytest.mark.parametrize("how", ["member", "permission", "superuser"])
    def test_who_has_as_much_may(self, visitor, contoso, powerful, it, how):
        if how == "member":
            it.groups.add(powerful)
        elif how == "permission":
            it.user_permissions.add(permission("delete_group"))
        else:
            it.is_superuser = True
            it.save()

        assert offered(visitor, contoso) == ["Powerful"]
        assert add(visitor, contoso, "Boss", powerful).status_code == 302

    def test_a_group_that_got_more_since(self, visitor, contoso):
        """The page says so, and nobody widens it further."""
        add(visitor, contoso, "Viewer")
        role = EnvironmentRole.objects.get()
        role.group.permissions.add(permission("delete_group"))

        page = text_of(visitor.get(tab(contoso)))
        renamed = change(visitor, role, "Everybody", role.group)

        assert "has 1 permission, which people get with the role" in page
        assert self.reason in text_of(renamed)

    def test_taking_away_is_always_possible(self, visitor, contoso, powerful):
        role = RoleFactory(environment=contoso, value="Boss", group=powerful)

        visitor.post(tab(contoso, f"roles/{role.pk}/delete/"))

        assert not EnvironmentRole.objects.exists()


def test_a_role_made_in_code_is_the_product_s_decision(scim, contoso, ann):
    """Any group; the tab then shows it, and does not offer it for other roles."""
    staff = GroupFactory(name="Staff")

    EnvironmentRole.objects.create(environment=contoso, value="Viewer", group=staff)
    scim.post("/Users", {"userName": ann.email, "roles": [{"value": "Viewer"}]})

    assert ProvisionedUser.objects.get().user.groups.get() == staff
