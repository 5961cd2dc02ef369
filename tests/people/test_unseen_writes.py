"""What ``update()`` and ``bulk_update()`` write: no signal tells of it, the next look does."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.test import Client

from entra_scim.models import ProvisioningEvent
from entra_scim.policy import ProvisioningPolicy
from tests.support.leavers import assert_mended
from tests.support.sessions import password_session, user_of

pytestmark = pytest.mark.django_db

USERS = get_user_model()
RENAMED = "ann.smith@contoso.example"
LEAVE = {"op": "Replace", "path": "active", "value": False}
RENAME = {"op": "Replace", "path": "userName", "value": RENAMED}
TITLE = {"op": "Replace", "path": "title", "value": "Boss"}


def update(user, **values):
    assert USERS.objects.filter(pk=user.pk).update(**values) == 1


def bulk_update(user, **values):
    stored = USERS.objects.get(pk=user.pk)
    for name, value in values.items():
        setattr(stored, name, value)
    USERS.objects.bulk_update([stored], list(values))


@pytest.fixture(params=[update, bulk_update], ids=["update", "bulk_update"])
def write(request, settings):
    """Writes past what would refuse a save."""
    settings.ENTRA_SCIM_PROTECTION = ["deletion", "changes"]
    return request.param


@pytest.fixture
def path(scim, ann):
    body = {"userName": ann.email, "externalId": "a"}
    created = scim.post("/Users", body).json()
    ann.refresh_from_db()
    return f"/Users/{created['id']}"


def through_the_middleware(scim, path, user):
    assert user_of(user.session) is None


def through_the_gate(scim, path, user):
    assert authenticate(username=user.get_username(), password="secret") is None


def through_login(scim, path, user):
    stored = USERS.objects.get(pk=user.pk)
    assert user_of(password_session(stored)) is None


def by_entra(operation):
    def look(scim, path, user):
        answer = scim.get(path) if operation is None else scim.patch(path, operation)
        assert answer.status_code == 200
        assert answer.json()["active"] is False

    return look


DOORS = {
    "middleware": through_the_middleware,
    "gate": through_the_gate,
    "login": through_login,
    "SCIM GET": by_entra(None),
}
CHANGES = {"something else": TITLE, "the same again": LEAVE}


@pytest.mark.parametrize("operation", CHANGES.values(), ids=CHANGES)
def test_a_change_makes_a_leaver_inactive_again(scim, ann, path, write, operation):
    assert scim.patch(path, LEAVE).status_code == 200
    write(ann, is_active=True)

    by_entra(operation)(scim, path, ann)

    assert not USERS.objects.get(pk=ann.pk).is_active


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_a_leaver_is_inactive_again(scim, ann, path, browser, write, door):
    ann.session = password_session(ann)
    assert scim.patch(path, LEAVE).status_code == 200
    write(ann, is_active=True)

    for _again in range(2):
        door(scim, path, ann)
        assert_mended(ann)


LOOKS = {
    "SCIM GET": lambda scim, path, user: scim.get(path),
    "userName": lambda scim, path, user: scim.filter(f'userName eq "{RENAMED}"'),
    "SCIM PATCH": lambda scim, path, user: scim.patch(path, TITLE),
    "sign-in": lambda scim, path, user: Client().force_login(
        USERS.objects.get(pk=user.pk),
        backend="django.contrib.auth.backends.ModelBackend",
    ),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_former_address_and_username_go_again(scim, ann, path, write, look):
    former = {"email": ann.email, USERS.USERNAME_FIELD: ann.get_username()}
    assert scim.patch(path, RENAME).status_code == 200
    write(ann, **former)

    look(scim, path, ann)

    stored = USERS.objects.get(pk=ann.pk)
    assert (stored.email, stored.get_username()) == (RENAMED, RENAMED)
    assert ProvisioningEvent.objects.filter(kind="restored").count() == 1


class MembershipsPolicy(ProvisioningPolicy):
    """Takes access away by other means than ``is_active``."""

    def deactivate(self, user, environment):
        """Suspend the membership."""


@pytest.mark.urls("tests.support.urls")
def test_leavers_whose_account_stays_active(settings, scim, ann):
    """They stay out, and nothing seems to be undone."""
    path = f"/Users/{scim.post('/Users', {'userName': ann.email}).json()['id']}"
    settings.ENTRA_SCIM_POLICY = "tests.people.test_unseen_writes.MembershipsPolicy"
    scim.patch(path, {"op": "Replace", "path": "active", "value": False})
    ann.refresh_from_db()
    assert ann.is_active

    assert user_of(password_session(ann)) is None

    ann.refresh_from_db()
    assert ann.is_active
    assert not ProvisioningEvent.objects.filter(kind="deactivated_again").exists()
