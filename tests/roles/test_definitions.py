"""Roles are defined, changed and removed: one transaction, one event, one signal."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db.models.signals import post_save

from entra_scim import signals
from entra_scim.models import EnvironmentRole, ProvisionedUser, ProvisioningEvent
from entra_scim.roles import definitions
from entra_scim.roles.groups import GroupNotGrantable
from entra_scim.story.sentences import sentence_of
from tests.support.factories import GroupFactory, OwnGroupFactory, RoleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """What receivers of ``roles_changed`` are told."""
    told = []

    def hear(user_ids, environment, **kwargs):
        told.append((sorted(user_ids), environment))

    signals.roles_changed.connect(hear)
    yield told
    signals.roles_changed.disconnect(hear)


@pytest.fixture
def reader(scim, contoso):
    """Somebody to whom Entra assigned a role that does not exist yet."""
    scim.post(
        "/Users",
        {"userName": "ann@contoso.example", "roles": [{"value": "Reader"}]},
    )
    return ProvisionedUser.objects.get().user


def last_event():
    return ProvisioningEvent.objects.filter(kind__startswith="role_").first()


def test_a_rename_is_one_event_and_one_signal(
    admin, contoso, reader, heard, django_capture_on_commit_callbacks
):
    role = definitions.define(contoso, "Viewer", by=admin)

    with django_capture_on_commit_callbacks(execute=True):
        definitions.change(role, "Reader", role.group, by=admin)

    event = last_event()
    assert sentence_of(event) == (
        "Reader: role changed; formerly Viewer; people concerned: 1"
    )
    assert event.actor == admin.get_username()
    assert heard == [([reader.pk], contoso)]
    assert reader.groups.get() == role.group


def test_a_role_that_moves_to_another_group_concerns_people_once(
    admin, contoso, reader, heard, django_capture_on_commit_callbacks
):
    """They leave one group and join the other."""
    role = definitions.define(contoso, "Reader", by=admin)
    group = OwnGroupFactory(environment=contoso, name="Other")

    with django_capture_on_commit_callbacks(execute=True):
        definitions.change(role, "Reader", group, by=admin)

    assert sentence_of(last_event()) == "Reader: role changed; people concerned: 1"
    assert heard == [([reader.pk], contoso)]
    assert reader.groups.get() == group


def test_a_removal_takes_the_group(
    admin, contoso, reader, heard, django_capture_on_commit_callbacks
):
    role = definitions.define(contoso, "Reader", by=admin)

    with django_capture_on_commit_callbacks(execute=True):
        definitions.remove(role, by=admin)

    assert sentence_of(last_event()) == "Reader: role deleted; people concerned: 1"
    assert last_event().actor == admin.get_username()
    assert heard == [([reader.pk], contoso)]
    assert not reader.groups.exists()


def test_a_change_of_nothing_is_no_event(admin, contoso):
    role = definitions.define(contoso, "Reader", by=admin)

    definitions.change(role, "Reader", role.group, by=admin)

    assert last_event().kind == ProvisioningEvent.Kind.ROLE_CREATED


def test_what_is_refused_leaves_nothing(admin, contoso, fabrikam):
    role = definitions.define(contoso, "Reader", by=admin)
    foreign = OwnGroupFactory(environment=fabrikam, name="Foreign")

    with pytest.raises(GroupNotGrantable):
        definitions.change(role, "Boss", foreign, by=admin)
    with pytest.raises(ValidationError):
        definitions.define(contoso, "Two words", by=admin)

    role.refresh_from_db()
    assert (role.value, ProvisioningEvent.objects.filter(name="Boss").count()) == (
        "Reader",
        0,
    )
    assert EnvironmentRole.objects.count() == 1


@pytest.mark.parametrize("how", ["change", "remove"])
def test_a_role_that_somebody_else_has_removed_stays_so(admin, contoso, how):
    role = definitions.define(contoso, "Reader", by=admin)
    EnvironmentRole.objects.all().delete()
    work = {
        "change": lambda: definitions.change(role, "Boss", role.group, by=admin),
        "remove": lambda: definitions.remove(role, by=admin),
    }

    with pytest.raises(EnvironmentRole.DoesNotExist):
        work[how]()

    assert not EnvironmentRole.objects.exists()
    assert ProvisioningEvent.objects.filter(kind="role_deleted").count() == 1


def test_the_product_hears_of_what_the_tab_does(admin, contoso):
    """By Django's own signals, as of what its own code saves."""
    saved = []

    def hear(instance, **kwargs):
        saved.append(instance.value)

    post_save.connect(hear, EnvironmentRole)
    try:
        role = definitions.define(contoso, "Reader", by=admin)
        definitions.change(role, "Viewer", role.group, by=admin)
    finally:
        post_save.disconnect(hear, EnvironmentRole)

    assert saved == ["Reader", "Viewer"]


def test_a_role_that_the_product_saves_is_told_in_the_same_words(contoso, reader):
    role = RoleFactory(environment=contoso, value="Viewer", group=GroupFactory())

    EnvironmentRole.objects.update_or_create(pk=role.pk, defaults={"value": "Reader"})

    assert sentence_of(last_event()) == (
        "Reader: role changed; formerly Viewer; people concerned: 1"
    )
    assert reader.groups.get() == role.group
