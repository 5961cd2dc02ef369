"""Pages of the product's own, where people are edited without Django's admin."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.auth import get_user_model

from entra_scim.access import is_managed, managed_fields
from entra_scim.forms import ManagedFieldsMixin
from tests.support.factories import GroupFactory

pytestmark = pytest.mark.django_db

FIELDS = [get_user_model().get_email_field_name(), "is_active", "is_staff", "groups"]


class UserForm(ManagedFieldsMixin, forms.ModelForm):
    class Meta:
        model = get_user_model()
        fields = FIELDS


def saved(user, **changes):
    data = {
        "email": user.email,
        "is_active": "on",
        "groups": [group.pk for group in user.groups.all()],
        **changes,
    }
    form = UserForm(data, instance=get_user_model().objects.get(pk=user.pk))
    assert form.is_valid(), form.errors
    form.save()
    user.refresh_from_db()


def provision(scim, user, **attributes):
    response = scim.post("/Users", {"userName": user.email, **attributes})
    assert response.status_code == 201


def groups_of(user):
    return set(user.groups.values_list("name", flat=True))


def test_what_entra_manages_stays(scim, ann):
    """A disabled field keeps its value; what is local can be changed."""
    provision(scim, ann)

    saved(ann, email="other@contoso.example", is_active="", is_staff="on")

    assert (ann.email, ann.is_active, ann.is_staff) == (
        "ann@contoso.example",
        True,
        True,
    )


def test_groups_of_roles_stay(scim, ann, roles):
    """Neither can they be taken nor given; other groups can."""
    uploader, viewer = roles["Uploader"].group, roles["Viewer"].group
    local = GroupFactory(name="Choir")
    provision(scim, ann, roles=[{"value": "Viewer"}])

    saved(ann, groups=[uploader.pk, local.pk])

    assert groups_of(ann) == {viewer.name, local.name}


def test_groups_are_local_until_entra_sends_roles(scim, ann, roles):
    provision(scim, ann)

    saved(ann, groups=[roles["Uploader"].group.pk])

    assert groups_of(ann) == {roles["Uploader"].group.name}


def test_people_that_entra_does_not_manage_can_be_edited(ann):
    saved(ann, email="other@contoso.example")

    assert ann.email == "other@contoso.example"


def test_someone_new_can_be_added():
    form = UserForm({"email": "new@contoso.example", "groups": []})

    assert not any(field.disabled for field in form.fields.values())


def test_somebody_is_managed_while_the_link_is_in_force(scim, ann):
    assert not is_managed(ann)
    provision(scim, ann)
    ann = get_user_model().objects.get(pk=ann.pk)
    assert is_managed(ann)

    ann.is_superuser = True

    assert not is_managed(ann)


def test_a_superuser_may_become_an_ordinary_person(ann, admin):
    assert "is_superuser" in managed_fields(ann)
    assert "is_superuser" not in managed_fields(admin)
