"""What the product's own code may not do to people that Entra manages."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction

from entra_scim import checks
from entra_scim.accounts import protection
from entra_scim.exceptions import DeletionRefused, ManagedByEntra
from entra_scim.forms import ManagedFieldsMixin
from entra_scim.models import ProvisionedUser, ReleasedUser
from tests.support.checking import ids

pytestmark = pytest.mark.django_db

USERS = get_user_model()


@pytest.fixture
def path(scim, ann):
    response = scim.post("/Users", {"userName": ann.email})
    assert response.status_code == 201
    return f"/Users/{response.json()['id']}"


def read(user):
    return USERS.objects.get(pk=user.pk)


def patch(scim, path, attribute, value):
    operation = {"op": "Replace", "path": attribute, "value": value}
    assert scim.patch(path, operation).status_code == 200


class TestDeletion:
    """Refused unless a setting says otherwise: nothing brings an account back."""

    @pytest.mark.parametrize("how", ["one", "many"])
    def test_of_somebody_linked(self, ann, bob, path, how):
        refused = pytest.raises(DeletionRefused, match="unlink them first")
        with refused, transaction.atomic():
            ann.delete() if how == "one" else USERS.objects.all().delete()

        assert USERS.objects.filter(pk__in=[ann.pk, bob.pk]).count() == 2
        assert ProvisionedUser.objects.exists()

    def test_of_others(self, bob, path):
        bob.delete()

        assert not USERS.objects.filter(pk=bob.pk).exists()

    def test_of_a_former_person(self, scim, ann, path):
        scim.delete(path)

        ann.delete()

        assert not ReleasedUser.objects.exists()

    def test_with_their_environment(self, ann, path, contoso):
        """Which takes the link along; any other cascade is refused."""
        protection.check_deletion(ann, contoso)
        protection.check_deletion(ann, type(contoso).objects.all())
        with pytest.raises(DeletionRefused):
            protection.check_deletion(ann, ann.provisioned_user)

    def test_allowed(self, settings, ann, path):
        settings.ENTRA_SCIM_PROTECTION = []

        ann.delete()

        assert not ProvisionedUser.objects.exists()


class TestChanges:
    """Refused if a setting says so."""

    @pytest.fixture(autouse=True)
    def protection(self, settings):
        settings.ENTRA_SCIM_PROTECTION = ["deletion", "changes"]

    @pytest.mark.parametrize(
        "change", [{"email": "x@contoso.example"}, {"is_superuser": True}]
    )
    def test_of_what_entra_manages(self, ann, path, change):
        user = read(ann)
        for name, value in change.items():
            setattr(user, name, value)

        for fields in (None, [*change]):
            with pytest.raises(ManagedByEntra, match=next(iter(change))) as refused:
                user.save(update_fields=fields)

        assert isinstance(refused.value, PermissionDenied)
        assert refused.value.fields == [*change]
        assert str(ann) in str(refused.value)

    def test_of_anything_else(self, ann, path, django_assert_num_queries):
        user = read(ann)
        user.is_staff = True
        user.set_password("new")
        user.save()
        with django_assert_num_queries(1):
            user.save(update_fields=["last_login"])

        assert read(ann).is_staff

    def test_staff_may_lock_somebody_out(self, ann, path):
        """And not let in whom Entra has deactivated."""
        user = read(ann)
        user.is_active = False
        user.save()
        assert not read(ann).is_active

        user.is_active = True
        with pytest.raises(ManagedByEntra):
            user.save()

    def test_of_people_that_entra_does_not_manage(self, scim, ann, bob, path):
        bob.email = "other@contoso.example"
        bob.save()
        scim.delete(path)
        user = read(ann)
        user.email = "new@contoso.example"
        user.save()

        assert (read(bob).email, read(ann).email) == (
            "other@contoso.example",
            "new@contoso.example",
        )

    def test_an_old_copy_is_mended_later(self, scim, ann, path):
        """The code that saves it did not mean to change anything."""
        stale = read(ann)
        patch(scim, path, "userName", "ann.smith@contoso.example")
        stale.save()
        assert read(ann).email == ann.email

        scim.get(path)

        assert read(ann).email == "ann.smith@contoso.example"

    def test_entra_changes_everything(self, scim, ann, path):
        patch(scim, path, "userName", "ann.smith@contoso.example")
        patch(scim, path, "active", False)
        patch(scim, path, "active", True)

        assert read(ann).email == "ann.smith@contoso.example"
        assert read(ann).is_active

    def test_a_form_that_asks_first(self, ann, path):
        """With the mixin, the field is disabled; without it, saving is refused."""

        class Plain(forms.ModelForm):
            class Meta:
                model = USERS
                fields = ("email",)

        class Asking(ManagedFieldsMixin, Plain):
            pass

        data = {"email": "x@contoso.example"}
        asking = Asking(data, instance=read(ann))
        asking.save()
        assert read(ann).email == ann.email
        with pytest.raises(ManagedByEntra):
            Plain(data, instance=read(ann)).save()


@pytest.mark.parametrize(
    ("value", "found"),
    [(["changes"], []), ([], []), ("deletion", ["E026"]), (["everything"], ["E026"])],
)
def test_the_setting_is_checked(settings, value, found):
    settings.ENTRA_SCIM_PROTECTION = value

    assert ids(checks.check_protection(None)) == found
