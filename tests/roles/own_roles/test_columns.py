"""Products that keep roles in permissions, or in columns of the account."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from entra_scim.roles import definitions
from tests.support import role_policies
from tests.support.own_roles import change, last_event, linked, use, values

pytestmark = pytest.mark.django_db


def test_permissions(settings, scim, contoso, ann, admin):
    use(settings, role_policies.PermissionPolicy)
    permissions = ann.user_permissions.order_by("codename")
    definitions.define(contoso, "Looker", target="view_group", by=admin)
    definitions.define(contoso, "Keeper", target="change_group", by=admin)

    path = linked(scim, ann, "Looker")
    assert [one.codename for one in permissions.all()] == ["view_group"]
    change(scim, path, "roles", values("Keeper"))
    assert [one.codename for one in permissions.all()] == ["change_group"]
    change(scim, path, "active", False)
    assert not permissions.all()


class TestFlags:
    """The caller saves them."""

    @pytest.fixture(autouse=True)
    def policy(self, settings, product):
        use(settings, role_policies.FlagPolicy)

    @staticmethod
    def is_staff(ann):
        return get_user_model().objects.get(pk=ann.pk).is_staff

    def test_they_follow(self, scim, contoso, ann, admin):
        path = linked(scim, ann, "staff")
        assert not self.is_staff(ann)

        role = definitions.define(contoso, "staff", by=admin)
        assert self.is_staff(ann)
        definitions.remove(role, by=admin)
        assert not self.is_staff(ann)
        definitions.define(contoso, "staff", by=admin)
        scim.delete(path)
        assert not self.is_staff(ann)

    def test_an_old_copy_does_not_bring_one_back(self, scim, contoso, ann, admin):
        definitions.define(contoso, "staff", by=admin)
        path = linked(scim, ann, "staff")
        stale = get_user_model().objects.get(pk=ann.pk)
        change(scim, path, "roles", [])
        stale.save()
        assert self.is_staff(ann)

        scim.get(path)

        assert not self.is_staff(ann)
        assert last_event("restored").changes["attributes"] == ["is_staff"]
