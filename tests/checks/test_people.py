"""Mistakes in how a project stores its people, groups and environments."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Lower

from entra_scim import checks
from entra_scim.conf import conf
from entra_scim.models import AccessKey
from entra_scim.policy import ProvisioningPolicy
from tests.support.checking import ids
from tests.support.factories import GroupFactory, OwnGroupFactory, make_environment


def test_environments_of_one_s_own_need_a_policy(settings):
    """Before there is a second one, with which it is an error."""
    settings.ENTRA_SCIM_ENVIRONMENT_MODEL = "product.Environment"
    settings.ENTRA_SCIM_POLICY = "entra_scim.policy.ProvisioningPolicy"
    assert ids(checks.check_policy(None)) == ["W028"]
    settings.ENTRA_SCIM_POLICY = f"{__name__}.Misspelt"
    [message] = checks.check_policy(None)
    assert "has users_of. Silence" in message.hint
    settings.ENTRA_SCIM_ENVIRONMENT_MODEL = "entra_scim.Environment"
    assert checks.check_policy(None) == []


def test_roles_that_nobody_gives(settings):
    """The tab would offer them, and nothing would come of it."""
    settings.ENTRA_SCIM_POLICY = f"{__name__}.Offering"
    assert ids(checks.check_roles(None)) == ["E025"]
    settings.ENTRA_SCIM_POLICY = "tests.support.role_policies.FlagPolicy"
    assert checks.check_roles(None) == []
    settings.ENTRA_SCIM_POLICY = "nothing.there"
    assert checks.check_roles(None) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [("Nameless", ["W030"]), ("Named", []), ("Sorted", []), ("Broken", [])],
)
def test_fields_that_are_not_there(settings, name, found):
    """What Entra sends for them would be lost in silence."""
    settings.ENTRA_SCIM_POLICY = f"{__name__}.{name}"

    assert ids(checks.check_names(None)) == found


def test_user_model(monkeypatch, settings):
    """What Entra leads must be there."""

    class Bare(models.Model):  # noqa: DJ008
        class Meta:
            app_label = "bare"

        @classmethod
        def get_email_field_name(cls):
            return "email"

    monkeypatch.setattr(checks.people, "get_user_model", lambda: Bare)

    messages = checks.check_user_model(None)

    assert ids(messages) == ["E006"] * 3
    for message, named in zip(
        messages, ("EMAIL_FIELD", "is_active =", "PermissionsMixin"), strict=True
    ):
        assert named in message.hint
    settings.ENTRA_SCIM_POLICY = "tests.support.role_policies.FlagPolicy"
    assert ids(checks.check_user_model(None)) == ["E006"] * 2
    settings.ENTRA_SCIM_POLICY = "nothing.there"
    assert ids(checks.check_user_model(None)) == ["E006"] * 3
    assert checks.check_email_index(None, databases=["default"]) == []


@pytest.mark.parametrize(
    ("indexes", "db_index", "expected"),
    [
        ((), False, {"mysql": ["W002"], "other": ["W002"]}),
        ((), True, {"mysql": [], "other": ["W002"]}),
        (
            (models.Index(Lower("email"), name="lower_email"),),
            False,
            {"mysql": ["W002"], "other": []},
        ),
        (
            (models.Index(fields=["email"], name="plain_email"),),
            False,
            {"mysql": [], "other": ["W002"]},
        ),
    ],
)
@pytest.mark.django_db
def test_email_index(monkeypatch, indexes, db_index, expected):
    """Each database has its own way to find an address without case."""

    class Indexed(models.Model):  # noqa: DJ008
        email = models.CharField(max_length=100, db_index=db_index)

        class Meta:
            app_label = f"indexed{len(indexes)}{db_index}{indexes and indexes[0].name}"

        @classmethod
        def get_email_field_name(cls):
            return "email"

    Indexed._meta.indexes = list(indexes)
    monkeypatch.setattr(checks.people, "get_user_model", lambda: Indexed)

    messages = checks.check_email_index(None, databases=["default"])

    vendor = "mysql" if connection.vendor == "mysql" else "other"
    assert ids(messages) == expected[vendor]
    assert checks.check_email_index(None) == []


@pytest.mark.django_db
def test_an_index_that_no_model_declares_counts(monkeypatch):
    """A product creates it in a migration, if the user model is another package's."""
    if connection.vendor == "mysql":
        pytest.skip("It has no such indexes, and no way back from DROP INDEX.")
    [declared] = [one for one in get_user_model()._meta.indexes if one.expressions]
    monkeypatch.setattr(get_user_model()._meta, "indexes", [])
    assert checks.check_email_index(None, databases=["default"]) == []

    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {declared.name}")

    [message] = checks.check_email_index(None, databases=["default"])
    assert "editor.add_index" in message.hint


def test_migrate_was_forgotten(db):
    """Each page of the tab would fail."""
    assert checks.check_migrations(None, databases=["default"]) == []

    MigrationRecorder(connection).record_unapplied("entra_scim", "0001_initial")

    [message] = checks.check_migrations(None, databases=["default"])
    assert "0001_initial" in message.msg


@pytest.mark.django_db
def test_several_environments_need_a_policy(settings):
    """One environment needs nobody to say who belongs where; two do."""
    settings.ENTRA_SCIM_POLICY = "entra_scim.policy.ProvisioningPolicy"
    make_environment(name="One")
    assert checks.check_environments(None, databases=["default"]) == []

    make_environment(name="Two")
    assert ids(checks.check_environments(None, databases=["default"])) == ["E007"]
    assert checks.check_environments(None) == []

    settings.ENTRA_SCIM_POLICY = "tests.checks.test_people.OfNobody"
    assert checks.check_environments(None, databases=["default"]) == []

    settings.ENTRA_SCIM_POLICY = "tests.checks.test_people.HalfOfIt"
    [message] = checks.check_environments(None, databases=["default"])
    assert message.id == "entra_scim.E007"
    assert "users_of" in message.msg
    assert "environments_of" not in message.msg


@pytest.mark.django_db
@pytest.mark.parametrize(
    "check",
    [
        checks.check_environments,
        checks.check_environment_model,
        checks.check_grantable_groups,
    ],
)
def test_before_the_first_migrate(settings, monkeypatch, check):
    """There is nobody yet, and no table to ask for them."""
    settings.ENTRA_SCIM_POLICY = "entra_scim.policy.ProvisioningPolicy"
    for model in (AccessKey, apps.get_model(conf.ENVIRONMENT_MODEL)):
        monkeypatch.setattr(model._meta, "db_table", "not_there_yet")

    assert check(None, databases=["default"]) == []


class TestGrantableGroups:
    """What a policy hands to administrators is said at each deployment."""

    @pytest.fixture(autouse=True)
    def environments(self, db):
        self.one = make_environment(name="One")
        self.own = OwnGroupFactory(name="Own", environment=self.one)

    def found(self):
        messages = checks.check_grantable_groups(None, databases=["default"])
        assert all(message.hint for message in messages)
        return {message.id[-4:]: message.msg for message in messages}

    def test_the_default_offers_nothing_dangerous(self):
        GroupFactory(name="Staff").permissions.add(Permission.objects.first())

        assert self.found() == {}
        assert checks.check_grantable_groups(None) == []

    def test_permissions(self):
        self.own.permissions.add(*Permission.objects.all()[:3])

        assert list(self.found()) == ["W020"]
        assert "'Own'." in self.found()["W020"]

    def test_a_group_of_nobody(self, settings):
        settings.ENTRA_SCIM_POLICY = "tests.support.group_policies.EveryGroup"
        GroupFactory(name="Staff").permissions.add(Permission.objects.first())

        found = self.found()

        assert set(found) == {"W020", "W021"}
        assert found["W021"].endswith("to no environment: 'Staff'.")

    def test_a_group_of_two(self, settings):
        settings.ENTRA_SCIM_POLICY = "tests.support.group_policies.EveryGroup"
        make_environment(name="Two")
        for number in range(7):
            GroupFactory(name=f"Shared {number}")

        found = self.found()

        assert list(found) == ["W022"]
        assert "'Shared 0'" in found["W022"]
        assert found["W022"].endswith("and 2 more.")

    def test_its_cost_is_bounded(self, settings, django_assert_max_num_queries):
        settings.ENTRA_SCIM_POLICY = "tests.support.group_policies.EveryGroup"
        for number in range(120):
            make_environment(name=str(number))

        with django_assert_max_num_queries(115):
            self.found()

    def test_a_wrong_policy_is_told_elsewhere(self, settings):
        settings.ENTRA_SCIM_POLICY = "nothing.there"

        assert self.found() == {}


class HalfOfIt(ProvisioningPolicy):
    def environments_of(self, user):
        return []


class OfNobody(HalfOfIt):
    def users_of(self, environment):
        return []


class Misspelt(ProvisioningPolicy):
    def environments_of(self, user):
        return []

    def user_of(self, environment):
        return []


class Offering(ProvisioningPolicy):
    def assignable_roles(self, environment):
        return {"owner": "Owner"}


class Nameless(ProvisioningPolicy):
    def profile_fields(self):
        return {"nick": "displayName"}


class Named(ProvisioningPolicy):
    def profile_fields(self):
        return {"email": "displayName"}


class Sorted(Nameless):
    def apply_profile(self, user, attributes):
        user.nicks = [attributes["displayName"]]


class Broken(ProvisioningPolicy):
    def profile_fields(self):
        raise LookupError
