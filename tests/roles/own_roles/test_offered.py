"""What roles may be in a product, and how they are chosen."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from entra_scim.models import EnvironmentRole
from entra_scim.roles import definitions, product_roles, regrants
from tests.support.factories import OwnGroupFactory
from tests.support.own_roles import chosen, linked
from tests.support.tab import client_for, tab

pytestmark = pytest.mark.django_db


class TestOffered:
    """What roles may be is the product's to say, by keys that no database compares."""

    def test_keys_are_handed_over(self, scim, contoso, ann, held, offered, admin):
        definitions.define(contoso, "Chief", target="Editor", by=admin)
        role = definitions.define(contoso, "Author", target="editor", by=admin)
        linked(scim, ann, "Author")
        assert held() == ["editor", "local"]

        definitions.change(role, "Author", None, "reader", by=admin)
        assert held() == ["local", "reader"]
        definitions.change(role, "Author", None, "Editor", by=admin)
        definitions.remove(role, by=admin)
        assert held() == ["local"]

    def test_two_roles_are_one_in_the_product(
        self, scim, contoso, ann, held, offered, admin
    ):
        """Somebody who loses one of them keeps it by the other."""
        roles = [
            definitions.define(contoso, name, target="reader", by=admin)
            for name in ("One", "Two")
        ]
        linked(scim, ann, "One", "Two")

        definitions.remove(roles[0], by=admin)
        assert held() == ["local", "reader"]
        definitions.remove(roles[1], by=admin)
        assert held() == ["local"]

    def test_a_name_that_is_a_key_needs_no_choice(self, contoso, offered, admin):
        assert definitions.define(contoso, "reader", by=admin).target == "reader"

    @pytest.mark.parametrize("target", ["", "owner", "READER"])
    def test_nothing_else_is_taken(self, contoso, offered, admin, target):
        with pytest.raises(product_roles.NotAssignable):
            definitions.define(contoso, "Boss", target=target, by=admin)

    def test_what_is_not_offered_any_more_gives_nothing(
        self, scim, contoso, ann, held, offered, admin
    ):
        role = definitions.define(contoso, "Author", target="editor", by=admin)
        del offered["editor"]
        path = linked(scim, ann, "Author")
        assert held() == ["local"]

        client = client_for(admin)
        assert "this product does not have it" in client.get(tab(contoso)).text
        page = client.get(tab(contoso, f"people/{path.rpartition('/')[2]}/"))
        assert "does not have what the role grants" in page.text
        assert "not one of the available choices" in chosen(client, role, "editor")

    def test_a_key_is_nothing_without_the_hook(self, settings, contoso, admin):
        settings.ENTRA_SCIM_POLICY = "entra_scim.policy.ProvisioningPolicy"

        with pytest.raises(product_roles.NotAssignable):
            definitions.define(contoso, "Boss", target="editor", by=admin)


class TestTab:
    def test_roles_are_chosen_by_their_labels(self, scim, contoso, ann, offered, admin):
        """No group is asked for, made or shown."""
        client = client_for(admin)
        linked(scim, ann, "Author")
        page = client.get(tab(contoso)).text
        assert page.count("Editor in chief") == 2  # one for the role that Entra sent
        assert "a new group" not in page

        response = client.post(
            tab(contoso, "roles/"), {"role-value": "Author", "role-target": "editor"}
        )

        assert response.status_code == 302
        role = EnvironmentRole.objects.get()
        assert (role.group, role.target) == (None, "editor")
        assert not Group.objects.exists()
        page = client.get(tab(contoso)).text
        assert "created role Author, which grants Editor of pages." in page
        assert "a role of this product" in page
        page = client.get(tab(contoso, f"roles/{role.pk}/delete/"))
        assert "loses Editor of pages immediately" in page.text
        assert chosen(client, role, "reader") == ""
        role.refresh_from_db()
        assert role.target == "reader"

    def test_a_group_may_come_with_it(self, contoso, offered, admin):
        """Of those that roles may grant. None is chosen unless somebody does."""
        group = OwnGroupFactory(environment=contoso)
        client = client_for(admin)
        assert "no group" in client.get(tab(contoso)).text

        for value, chosen_group in (("Author", ""), ("Boss", group.pk)):
            form = {"role-target": "editor", "role-group": chosen_group}
            client.post(tab(contoso, "roles/"), {"role-value": value, **form})

        granted = EnvironmentRole.objects.values_list("value", "group")
        assert {*granted} == {("Author", None), ("Boss", group.pk)}

    def test_a_forged_choice_is_refused(self, contoso, offered, admin):
        client = client_for(admin)

        client.post(
            tab(contoso, "roles/"), {"role-value": "Boss", "role-target": "owner"}
        )

        assert not EnvironmentRole.objects.exists()

    def test_names_alone(self, contoso, admin):
        """Where roles go by their names, that is all that is asked for."""
        client = client_for(admin)
        assert [*client.get(tab(contoso)).context["role_form"].fields] == ["value"]

        client.post(tab(contoso, "roles/"), {"role-value": "Editor"})

        assert EnvironmentRole.objects.get().group is None

    def test_progress(self, scim, contoso, ann, offered, admin, monkeypatch):
        monkeypatch.setattr(regrants, "AT_ONCE", 0)
        linked(scim, ann, "Author")
        definitions.define(contoso, "Author", target="editor", by=admin)
        monkeypatch.setattr(regrants, "work", lambda *arguments: None)

        page = client_for(admin).get(tab(contoso, "roles/progress/"))

        assert "<dt>editor</dt>" in page.text
