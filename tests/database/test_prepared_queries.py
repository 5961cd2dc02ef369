"""Querysets that are compiled once give what they would give each time."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Count
from django.db.models.signals import post_init

from entra_scim.database.instances import maker
from entra_scim.database.prepared_queries import PreparedQuery
from entra_scim.models import ProvisionedUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(django_user_model):
    groups = [Group.objects.create(name=name) for name in ("Uploader", "Viewer")]
    made = [
        django_user_model.objects.create_user(f"{name}@contoso.example")
        for name in ("ann", "bob")
    ]
    made[0].groups.set(groups)
    made[1].groups.set(groups[:1])
    return made


def groups_of(**filters):
    return PreparedQuery(
        lambda user: Group.objects.filter(user=user, **filters).order_by("-name"),
        get_user_model(),
    )


def test_it_reads_the_rows_of_each_instance_anew(people, django_assert_num_queries):
    ann, bob = people
    query = groups_of()
    with django_assert_num_queries(2):
        assert [group.name for group in query(ann)] == ["Viewer", "Uploader"]
        assert [group.name for group in query(bob)] == ["Uploader"]
    ann.groups.clear()
    assert query(ann) == []


def test_other_values_of_the_queryset_stay(people):
    ann, bob = people
    query = groups_of(name="Viewer", pk__gt=0)
    assert [group.name for group in query(ann)] == ["Viewer"]
    assert query(bob) == []


def test_the_rows_are_instances_as_usual(people):
    [group] = groups_of()(people[1])
    assert group == Group.objects.get(name="Uploader")
    assert (group._state.adding, group._state.db) == (False, "default")
    group.name = "Importer"
    group.save()
    assert Group.objects.filter(name="Importer").exists()


@pytest.mark.parametrize(
    "build",
    [
        lambda user: Group.objects.filter(user=user).values("pk"),
        lambda user: Group.objects.filter(user=user).annotate(n=Count("pk")),
        lambda user: Permission.objects.filter(user=user).select_related(),
    ],
)
def test_more_than_the_columns_of_one_model_is_refused(people, build):
    with pytest.raises(TypeError, match="one model"):
        PreparedQuery(build, get_user_model())(people[0])


def test_what_is_not_among_the_columns_is_read_when_asked_for(person):
    link = maker(ProvisionedUser, ["id", "user_id"])(
        "default", [ProvisionedUser.objects.get().pk, person.pk]
    )
    assert link.get_deferred_fields() >= {"attributes", "version"}
    assert link.user == person
    assert link.attributes["userName"]


def test_receivers_of_new_instances_are_told(people):
    told = []

    def note(sender, instance, **kwargs):
        told.append(instance)

    post_init.connect(note, sender=Group)
    try:
        found = groups_of()(people[1])
    finally:
        post_init.disconnect(note, sender=Group)
    assert told == found


def test_a_model_with_a_say_in_it_makes_its_own_instances(monkeypatch):
    usual = Group.from_db.__func__

    def from_db(cls, *args):
        made = usual(cls, *args)
        made.is_counted = True
        return made

    monkeypatch.setattr(Group, "from_db", classmethod(from_db))
    made = maker(Group, ["id", "name"])("default", [1, "Viewer"])
    assert made.is_counted
