"""Roles, as an administrator defines them."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models.signals import post_init, pre_save

from entra_scim.diagnosis import headcount
from entra_scim.models import (
    EnvironmentRole,
)
from tests.support.factories import (
    OwnGroupFactory,
    RoleFactory,
)
from tests.support.tab import ROLE, provision, tab, text_of

pytestmark = pytest.mark.django_db


class TestRoles:
    def add(self, client, contoso, value, group=""):
        return client.post(
            tab(contoso, "roles/"), {"role-value": value, "role-group": group}
        )

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("", "This field is required."),
            ("two words", "no spaces"),
            ("a,b", "no commas"),
            ("Viewer", "A role of this name exists already."),
            ("x" * 300, "at most 255"),
        ],
    )
    def test_mistakes_are_explained(self, client, contoso, roles, value, message):
        response = self.add(client, contoso, value)

        assert message in text_of(response)
        assert EnvironmentRole.objects.count() == 3

    def test_a_name_that_somebody_else_has_just_taken(self, client, contoso):
        """In another tab: both had looked, and found none."""

        def overtake(instance, **kwargs):
            pre_save.disconnect(overtake, EnvironmentRole)
            EnvironmentRole(environment=contoso, value=instance.value).write_row()

        pre_save.connect(overtake, EnvironmentRole)
        page = text_of(self.add(client, contoso, "Auditor"))

        assert "A role of this name exists already." in page

    def test_a_role_that_somebody_else_has_just_deleted(self, client, contoso, roles):
        """After this page has looked for it."""
        role = roles["Viewer"]

        def overtake(instance, **kwargs):
            post_init.disconnect(overtake, EnvironmentRole)
            EnvironmentRole.objects.filter(pk=role.pk).delete()

        post_init.connect(overtake, EnvironmentRole)
        response = client.post(tab(contoso, f"roles/{role.pk}/delete/"))

        assert response.status_code == 404

    def test_names_match_exactly(self, client, contoso, roles):
        """viewer is not Viewer."""
        assert self.add(client, contoso, "viewer", roles["Viewer"].group.pk)
        assert EnvironmentRole.objects.filter(group=roles["Viewer"].group).count() == 2

    def test_an_unknown_value_becomes_a_role_with_one_click(
        self, client, contoso, scim
    ):
        """It takes effect at once."""
        person = provision(scim, "eve", roles=[{**ROLE, "value": "Auditor"}])
        group = OwnGroupFactory(name="Readers", environment=contoso)
        page = text_of(client.get(tab(contoso)))
        assert "Auditor 1 person" in page

        self.add(client, contoso, "Auditor", group.pk)

        assert list(person.user.groups.all()) == [group]
        assert "that no role has" not in text_of(client.get(tab(contoso)))

    def test_a_renamed_app_role_is_renamed_here(self, client, contoso, scim):
        """The group with its permissions goes on, in place of a new empty one."""
        role = RoleFactory(environment=contoso, value="Viewer")
        person = provision(scim, "eve", roles=[{**ROLE, "value": "Head-Viewer"}])
        page = client.get(tab(contoso))
        assert "Rename Viewer to Head-Viewer" in text_of(page)
        [url] = re.findall(rf'href="([^"]*/roles/{role.pk}/\?[^"]*)"', page.text)

        assert 'value="Head-Viewer"' in client.get(url).text
        client.post(url, {"value": "Head-Viewer", "group": role.group_id})

        assert person.user.groups.get() == role.group
        assert "Rename" not in text_of(client.get(tab(contoso)))

    def test_all_unknown_values_become_roles_with_one_click(
        self, client, contoso, fabrikam, scim
    ):
        """But for those that can be no role, and for those that arrived since."""
        for name, value in (("eve", "Auditor"), ("max", "Clerk"), ("off", "Two Words")):
            provision(scim, name, roles=[{**ROLE, "value": value}])
        page = client.get(tab(contoso))
        assert "Create all 2 roles" in text_of(page)
        url, values = tab(contoso, "roles/unknown/"), page.context["new_roles"]
        client.post(tab(fabrikam, "roles/unknown/"), {"value": ["Viewer"]})
        provision(scim, "late", roles=[{**ROLE, "value": "Late"}])

        created = client.post(url, {"value": values}, follow=True)

        assert "created the roles" in text_of(created)
        assert "Create all" not in text_of(created)
        roles = EnvironmentRole.objects.for_environment(contoso).order_by("value")
        assert [role.value for role in roles] == ["Auditor", "Clerk"]
        again = client.post(url, {"value": [*values, "Two Words"]}, follow=True)
        assert "Clerk: A role of this name exists already." in text_of(again)
        assert roles.count() == 2

    def test_a_value_that_can_be_no_role(self, client, contoso, scim):
        """As a display name: no button promises what cannot be."""
        provision(scim, "eve", roles=[{**ROLE, "value": "Sales Manager"}])

        page = client.get(tab(contoso))

        assert "Sales Manager 1 person No role can have this name." in text_of(page)
        assert "Create role Sales Manager" not in page.content.decode()

    def test_renaming_and_deleting_take_effect_at_once(
        self, client, contoso, roles, scim
    ):
        person = provision(scim, "eve", roles=[{**ROLE, "value": "Viewer"}])
        url = tab(contoso, f"roles/{roles['Viewer'].pk}/")
        group = roles["Viewer"].group

        client.post(url, {"value": "Reader", "group": group.pk})
        assert not person.user.groups.exists()
        client.post(url, {"value": "Viewer", "group": group.pk})
        assert person.user.groups.get() == group

        confirmation = text_of(client.get(f"{url}delete/"))
        assert "1 person loses the group Viewer" in confirmation
        client.post(f"{url}delete/")
        assert not person.user.groups.exists()
        assert LogEntry.objects.count() == 3

    def test_very_many_who_lose_a_role_are_not_counted(
        self, client, contoso, roles, scim, monkeypatch
    ):
        monkeypatch.setattr(headcount, "HOLDERS", 1)
        for name in ("ann", "eve"):
            provision(scim, name, roles=[{**ROLE, "value": "Viewer"}])

        page = client.get(tab(contoso, f"roles/{roles['Viewer'].pk}/delete/"))

        assert "More than 1 people lose the group Viewer" in text_of(page)

    def test_a_role_is_not_renamed_to_what_no_role_can_be(self, client, contoso, roles):
        """The page keeps what was typed, and says what is wrong with it."""
        role = roles["Viewer"]
        url = tab(contoso, f"roles/{role.pk}/")

        page = client.post(url, {"value": "Head clerk", "group": role.group_id})

        assert "A role name has no spaces" in text_of(page)
        assert 'value="Head clerk"' in page.content.decode()
        role.refresh_from_db()
        assert role.value == "Viewer"

    def test_roles_are_counted_by_active_people(self, client, contoso, roles, scim):
        for name, active in (("eve", True), ("max", True), ("off", False)):
            provision(
                scim, name, active=active, roles=[{**ROLE, "value": "Viewer,Uploader"}]
            )

        page = text_of(client.get(tab(contoso)))

        assert re.search(r"Viewer Viewer has no permissions: [\w ]+ 2 ", page)
        assert re.search(r"Authorizer Authorizer [\w: ]+ 0 ", page)
