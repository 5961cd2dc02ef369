"""The product's own user admin leads nowhere into other environments."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from entra_scim.models import EnvironmentRole
from tests.support.factories import GroupFactory, OwnGroupFactory, UserFactory
from tests.support.tab import client_for
from tests.support.user_admin import LISTING, page_of, posted, provision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("several_environments")]


class TestOtherEnvironments:
    """Dave belongs to both, and Fabrikam's Entra manages him since before."""

    @pytest.fixture
    def dave(self, foreign_scim, contoso, fabrikam):
        dave = UserFactory(email="dave@consultants.example", environment=fabrikam)
        provision(foreign_scim, dave)
        contoso.members.add(dave)
        return dave

    @pytest.fixture
    def visitor(self, contoso):
        user = UserFactory(
            email="it@contoso.example", environment=contoso, is_staff=True
        )
        user.user_permissions.add(
            *Permission.objects.filter(
                codename__in=[
                    "view_environment",
                    "change_environment",
                    "change_user",
                    "delete_user",
                    "delete_membership",
                ]
            )
        )
        return client_for(user)

    @pytest.mark.parametrize("page", ["change", "delete"])
    def test_nothing_leads_there(self, visitor, client, dave, fabrikam, page):
        """Neither a link, nor a name, nor a number."""
        url = reverse(f"admin:product_user_{page}", args=[dave.pk])
        tab = reverse("admin:entra_tab:set_up", args=[fabrikam.pk])

        text = visitor.get(url).content.decode()

        assert tab not in text
        assert "Fabrikam" not in text
        if page == "delete":
            assert tab in client.get(url).content.decode()

    def test_nor_an_action(self, visitor, dave, fabrikam, model_admin):
        def act(modeladmin, request, queryset):
            queryset.update(first_name="X")

        model_admin.actions = [act]

        data = {"action": "act", "_selected_action": [dave.pk]}
        text = visitor.post(reverse(LISTING), data, follow=True).content.decode()

        assert "Fabrikam" not in text
        assert reverse("admin:entra_tab:set_up", args=[fabrikam.pk]) not in text

    @pytest.fixture
    def foreign(self, fabrikam):
        """Groups of Fabrikam, of both kinds."""
        OwnGroupFactory(name="Fabrikam's", environment=fabrikam)
        group = GroupFactory(name="Acquisitions")
        EnvironmentRole.objects.create(environment=fabrikam, value="A", group=group)
        return group

    def test_no_page_names_another_s_groups(
        self, visitor, client, contoso, bob, foreign
    ):
        """Neither to choose, nor to filter by, nor to grant."""
        GroupFactory(name="Common")
        tab = reverse("admin:entra_tab:set_up", args=[contoso.pk])

        for url in (page_of(bob), reverse(LISTING), tab):
            text = visitor.get(url).content.decode()
            assert "Fabrikam" not in text
            assert "Acquisitions" not in text
        for url in (page_of(bob), reverse(LISTING)):
            assert "Common" in visitor.get(url).content.decode()
            assert "Acquisitions" in client.get(url).content.decode()

    def test_nor_can_they_be_given(self, visitor, bob, foreign):
        visitor.post(page_of(bob), posted(bob, groups=[foreign.pk]))

        assert not bob.groups.exists()

    @pytest.mark.parametrize("managed", [False, True])
    def test_nor_are_they_lost(self, visitor, scim, bob, dave, foreign, managed):
        """By saving a form that does not show them."""
        person = bob if managed else dave
        if managed:
            provision(scim, bob, roles=[])
        person.groups.add(foreign)
        seen = GroupFactory(name="Common")

        visitor.post(page_of(person), posted(person, first_name="X", groups=[seen.pk]))

        person.refresh_from_db()
        assert person.first_name == ("" if managed else "X")
        assert {group.name for group in person.groups.all()} == {
            "Acquisitions",
            "Common",
        }

    def test_entra_learns_of_no_other_s_admin(self, foreign_scim, admin, scim):
        """That an address is the Admin's is told to the Admin's own environment."""
        own = scim.post("/Users", {"userName": admin.email}).json()["detail"]
        other = foreign_scim.post("/Users", {"userName": admin.email}).json()["detail"]

        assert "the Admin" in own
        assert "Admin" not in other
