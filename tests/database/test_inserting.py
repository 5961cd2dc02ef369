"""What a policy makes of each new person is inserted as Django saves it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db.models.signals import post_save

from entra_scim.database import prepared_saves
from entra_scim.models import EnvironmentGroup, EnvironmentRole
from entra_scim.policy import insert

pytestmark = pytest.mark.django_db


def test_what_belongs_to_something_is_there_as_by_django(contoso):
    told = []

    def note(instance, created, **kwargs):
        told.append((instance, created))

    group = Group.objects.create(name="Uploader")
    ours = EnvironmentGroup(environment=contoso, group=group)
    post_save.connect(note, EnvironmentGroup)
    try:
        assert prepared_saves.save_new(ours)
    finally:
        post_save.disconnect(note, EnvironmentGroup)
    assert told == [(ours, True)]
    assert not ours._state.adding
    read = EnvironmentGroup.objects.get(pk=ours.pk)
    assert (read.environment, read.group, read.made_for) == (contoso, group, "")


def test_what_it_belongs_to_has_to_be_saved_before(contoso):
    group = Group(name="Uploader")
    ours = EnvironmentGroup(environment=contoso, group=group)
    with pytest.raises(ValueError, match="unsaved related object"):
        insert(ours)
    group.save()
    insert(ours)
    assert EnvironmentGroup.objects.get(pk=ours.pk).group == group


def test_what_has_a_save_of_its_own_is_saved_by_it(contoso):
    role = EnvironmentRole(
        environment=contoso,
        value="Uploader",
        group=Group.objects.create(name="Uploader"),
    )
    assert not prepared_saves.save_new(role)
    insert(role)
    assert EnvironmentRole.objects.get(pk=role.pk).value_key
