"""The product's pages of people, while Entra leads some of them."""

from __future__ import annotations

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from entra_scim.models import (
    ReleasedUser,
)
from tests.support.factories import (
    GroupFactory,
)
from tests.support.tab import ROLE, provision, tab, text_of

pytestmark = pytest.mark.django_db


class TestUserAdmin:
    @pytest.fixture
    def person(self, scim, ann, roles):
        return provision(
            scim, "ann", displayName="Ann", roles=[{**ROLE, "value": "Viewer"}]
        )

    @pytest.fixture
    def page(self, several_environments, person, ann):
        return reverse("admin:product_user_change", args=[ann.pk])

    def posted(self, user, **changes):
        return {
            "date_joined_0": "2026-01-01",
            "date_joined_1": "12:00:00",
            "username": "hacked",
            "email": "hacked@contoso.example",
            "first_name": "Hacked",
            "groups": [group.pk for group in user.groups.all()],
            **changes,
        }

    def test_what_entra_leads_cannot_be_changed(self, client, page, ann):
        """The rest can."""
        text = text_of(client.get(page))
        assert "Microsoft Entra manages ann@contoso.example" in text
        other = GroupFactory(name="Local")

        client.post(page, self.posted(ann, is_staff="on", groups=[other.pk]))

        ann.refresh_from_db()
        assert ann.email == ann.username == "ann@contoso.example"
        assert ann.is_active
        assert ann.is_staff
        assert {group.name for group in ann.groups.all()} == {"Viewer", "Local"}

    def test_roles_cannot_be_given_locally(self, client, page, ann, roles):
        group = roles["Uploader"].group

        client.post(page, self.posted(ann, groups=[group.pk]))

        assert {group.name for group in ann.groups.all()} == {"Viewer"}

    def test_deleting_is_offered_once_entra_let_go(self, client, page, person, ann):
        """Before that, the page says why not."""
        delete = reverse("admin:product_user_delete", args=[ann.pk])
        listing = reverse("admin:product_user_changelist")
        several = {
            "action": "delete_selected",
            "_selected_action": [ann.pk],
            "post": "yes",
        }

        explained = client.get(delete)
        assert "create them anew in the next cycle" in text_of(explained)
        assert tab(person.environment, f"people/{person.pk}/") in (
            explained.content.decode()
        )
        client.post(delete, {"post": "yes"})
        client.post(listing, several)
        assert get_user_model().objects.filter(pk=ann.pk).exists()
        client.post(
            tab(person.environment, f"people/{person.pk}/release/"), {"post": "yes"}
        )
        client.post(delete, {"post": "yes"})

        assert not get_user_model().objects.filter(pk=ann.pk).exists()

    def test_an_administrator_deletes_whom_entra_let_go_of(
        self, administrator, contoso, person, page, ann
    ):
        """Without a permission for what the app keeps of them."""
        it = get_user_model().objects.get(email="it@contoso.example")
        it.user_permissions.add(
            *Permission.objects.filter(
                codename__in=["delete_user", "delete_membership"]
            )
        )
        administrator.post(tab(contoso, f"people/{person.pk}/release/"))

        administrator.post(
            reverse("admin:product_user_delete", args=[ann.pk]), {"post": "yes"}
        )

        assert not get_user_model().objects.filter(pk=ann.pk).exists()
        assert not ReleasedUser.objects.exists()

    def test_a_list_that_can_be_edited(
        self, client, page, person, ann, bob, monkeypatch
    ):
        """Changes others only."""
        model_admin = django_admin.site._registry[get_user_model()]
        monkeypatch.setattr(model_admin, "list_display", ("username", "first_name"))
        monkeypatch.setattr(model_admin, "list_editable", ("first_name",))
        listing = reverse("admin:product_user_changelist")
        forms = client.get(listing).context["cl"].formset.forms
        data = {f"form-{n}-id": form.instance.pk for n, form in enumerate(forms)}
        data |= {f"form-{n}-first_name": "Hacked" for n in range(len(forms))}
        data |= {"form-TOTAL_FORMS": len(forms), "form-INITIAL_FORMS": len(forms)}

        answer = client.post(listing, {**data, "_save": "Save"}, follow=True)

        text = text_of(answer)
        assert "Microsoft Entra manages ann@contoso.example: change that there" in text
        ann.refresh_from_db()
        bob.refresh_from_db()
        assert (ann.first_name, bob.first_name) == ("", "Hacked")

    def test_others_are_as_ever(self, client, several_environments, bob):
        page = reverse("admin:product_user_change", args=[bob.pk])

        assert "Microsoft Entra manages" not in text_of(client.get(page))
        client.post(page, self.posted(bob, username="robert", is_active="on"))

        bob.refresh_from_db()
        assert bob.username == "robert"

    def test_the_list_marks_them(self, client, page, bob):
        listing = client.get(reverse("admin:product_user_changelist"))

        assert "Microsoft Entra" in text_of(listing)
        assert {
            user.email: hasattr(user, "provisioned_user")
            for user in listing.context["cl"].result_list
        }["ann@contoso.example"]
