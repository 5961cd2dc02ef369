"""The product's own user admin: no way around Entra, and none to other customers."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.auth import get_user_model
from django.urls import reverse

from entra_scim.conf import conf
from entra_scim.models import EnvironmentRole
from entra_scim.policy import ProvisioningPolicy, get_policy
from tests.support.factories import GroupFactory, RoleFactory
from tests.support.shared import AT_CONTOSO, AT_FABRIKAM
from tests.support.shared import linked as of_both
from tests.support.user_admin import LISTING, page_of, posted, provision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("several_environments")]


class OwnersAreExempt(ProvisioningPolicy):
    """A product whose Admins are those of a group."""

    def environments_of(self, user):
        return user.environment_set.all()

    def is_exempt(self, user):
        return user.groups.filter(name="Owners").exists()


@pytest.fixture
def linked(scim, ann, roles):
    return provision(scim, ann, roles=[{"value": "Viewer"}])


class TestPromotion:
    def test_by_a_forged_form(self, client, linked, ann):
        """The field is not there; sending it changes nothing."""
        assert 'name="is_superuser"' not in client.get(page_of(ann)).content.decode()

        client.post(page_of(ann), posted(ann, is_superuser="on", is_staff="on"))

        ann.refresh_from_db()
        assert ann.is_staff
        assert not ann.is_superuser

    def test_by_a_product_s_own_form(self, client, linked, ann, model_admin):
        """With fields that the product added, or made editable again."""
        model_admin.get_readonly_fields = lambda request, obj=None: ()

        answer = client.post(
            page_of(ann),
            posted(ann, is_superuser="on", username="me", is_active=None),
            follow=True,
        )

        assert "change that there, not here" in answer.content.decode()
        ann.refresh_from_db()
        assert (ann.is_superuser, ann.is_active) == (False, True)
        assert ann.username == "ann@contoso.example"

    def test_by_a_list_that_can_be_edited(self, client, linked, ann, bob, model_admin):
        model_admin.list_display = ("username", "is_superuser")
        model_admin.list_editable = ("is_superuser",)
        listing = reverse(LISTING)
        forms = client.get(listing).context["cl"].formset.forms
        data = {f"form-{n}-id": form.instance.pk for n, form in enumerate(forms)}
        data |= {f"form-{n}-is_superuser": "on" for n in range(len(forms))}
        data |= {"form-TOTAL_FORMS": len(forms), "form-INITIAL_FORMS": len(forms)}

        client.post(listing, {**data, "_save": "Save"})

        ann.refresh_from_db()
        bob.refresh_from_db()
        assert (ann.is_superuser, bob.is_superuser) == (False, True)

    @pytest.mark.parametrize("across", ["0", "1"])
    @pytest.mark.parametrize(
        "change",
        [{"is_superuser": True}, {"is_active": False}, {"email": "x@contoso.example"}],
    )
    def test_by_an_action(self, client, linked, ann, bob, model_admin, change, across):
        """All of it is undone, and the page says for whom."""

        def act(modeladmin, request, queryset):
            queryset.filter(username__contains="@").update(**change)

        model_admin.actions = [act]

        answer = client.post(
            reverse(LISTING),
            {
                "action": "act",
                "select_across": across,
                "_selected_action": [ann.pk, bob.pk],
            },
            follow=True,
        )

        assert "Microsoft Entra manages ann@contoso.example, so nothing was" in (
            answer.content.decode()
        )
        before = ann.email
        ann.refresh_from_db()
        assert (ann.is_superuser, ann.is_active, ann.email) == (False, True, before)

    def test_by_an_action_on_groups(self, client, linked, ann, roles, model_admin):
        """A role's group is Entra's; another is local."""
        own, led = GroupFactory(name="Own"), roles["Uploader"].group

        def join(group):
            def act(modeladmin, request, queryset):
                for user in queryset:
                    user.groups.add(group)

            model_admin.actions = [act]
            data = {"action": "act", "_selected_action": [ann.pk]}
            client.post(reverse(LISTING), data)
            return {group.name for group in ann.groups.all()}

        assert join(led) == {"Viewer"}
        assert join(own) == {"Viewer", "Own"}

    def test_by_an_action_on_groups_of_two_environments(
        self,
        client,
        scim,
        foreign_scim,
        consultant,
        fabrikam,
        linked,
        ann,
        bob,
        model_admin,
    ):
        """Each one's Entra decides about its own roles, and not about others'."""
        fabrikam.members.add(consultant)
        ours, theirs = (
            EnvironmentRole.objects.get(value="Viewer"),
            RoleFactory(environment=fabrikam, value="Theirs"),
        )
        of_both(scim, AT_CONTOSO, roles=[{"value": "Viewer"}])
        of_both(foreign_scim, AT_FABRIKAM, roles=[{"value": "Theirs"}])
        ann.groups.add(theirs.group)
        provision(scim, bob)  # for whom Entra has sent no roles
        bob.groups.add(ours.group)

        def leave(user, group):
            def act(modeladmin, request, queryset):
                user.groups.remove(group)

            model_admin.actions = [act]
            data = {
                "action": "act",
                "_selected_action": [bob.pk, ann.pk, consultant.pk],
            }
            client.post(reverse("admin:product_user_changelist"), data)
            return not user.groups.contains(group)

        assert not leave(consultant, ours.group)
        assert not leave(consultant, theirs.group)
        assert not leave(ann, ours.group)
        assert leave(ann, theirs.group)
        assert leave(bob, ours.group)

    def test_an_action_on_others_is_as_ever(self, client, linked, bob, model_admin):
        def act(modeladmin, request, queryset):
            queryset.update(is_superuser=True)

        model_admin.actions = [act]

        data = {"action": "act", "_selected_action": [bob.pk]}
        client.post(reverse(LISTING), data)

        bob.refresh_from_db()
        assert bob.is_superuser

    def test_as_the_policy_says(self, client, scim, ann, settings):
        """Whatever makes somebody exempt: here it is a group."""
        settings.ENTRA_SCIM_POLICY = "tests.admin.test_user_admin.OwnersAreExempt"
        provision(scim, ann)
        owners = GroupFactory(name="Owners")

        answer = client.post(
            page_of(ann), posted(ann, is_staff="on", groups=[owners.pk]), follow=True
        )

        assert "so nothing was changed" in answer.content.decode()
        ann.refresh_from_db()
        assert not ann.is_staff
        assert not get_policy().is_exempt(ann)

    def test_of_people_whom_nobody_manages(self, client, bob):
        client.post(page_of(bob), posted(bob, is_superuser="on"))

        bob.refresh_from_db()
        assert bob.is_superuser

    def test_who_was_promoted_otherwise_is_local_again(self, client, linked, ann):
        """By a command, say: the tab says what to do, and the account is editable."""
        get_user_model().objects.filter(pk=ann.pk).update(is_superuser=True)
        ann.refresh_from_db()
        environment = linked.environment
        person = reverse("admin:entra_tab:set_up", args=[environment.pk])

        page = client.get(f"{person}people/{linked.pk}/").content.decode()
        client.post(page_of(ann), posted(ann, username="ann", is_superuser=None))

        assert "Entra no longer manages this account." in page
        ann.refresh_from_db()
        assert (ann.username, ann.is_superuser) == ("ann", False)


def test_a_form_that_was_open_undoes_nothing(client, scim, linked, ann, model_admin):
    """Who saves it has read the person before Entra deactivated them."""
    form = posted(ann, is_staff="on")
    registered = django_admin.site._registry[get_user_model()]
    get_object = registered.get_object

    def then_entra(*args, **kwargs):
        found = get_object(*args, **kwargs)
        operation = {"op": "replace", "path": "active", "value": False}
        assert scim.patch(f"/Users/{linked.pk}", operation).status_code == 200
        return found

    model_admin.get_object = then_entra

    client.post(page_of(ann), form)

    ann.refresh_from_db()
    assert ann.is_staff
    assert not ann.is_active
    assert not ann.groups.exists()


def test_an_admin_without_the_tab_links_nowhere(client, linked, ann, monkeypatch):
    """The tab may be in another admin site, or in the product's own pages."""
    options = apps.get_model(conf.ENVIRONMENT_MODEL)
    monkeypatch.delitem(django_admin.site._registry, options)

    page = client.post(
        reverse(LISTING),
        {"action": "delete_selected", "_selected_action": [ann.pk]},
        follow=True,
    ).text

    assert "is managed by Microsoft Entra" in page
    assert "See this person in the tab" not in page
