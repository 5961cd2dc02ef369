"""What a product undoes, which it had read before, comes back at the next look."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.story.sentences import sentence_of

pytestmark = pytest.mark.django_db

MODEL = "django.contrib.auth.backends.ModelBackend"
RENAMED = {"op": "Replace", "path": "userName", "value": "ann.smith@contoso.example"}
TITLE = {"op": "Replace", "path": "title", "value": "Boss"}


@pytest.fixture
def path(scim, ann, roles):
    response = scim.post(
        "/Users",
        {"userName": ann.email, "externalId": "a", "roles": [{"value": "Viewer"}]},
    )
    return f"/Users/{response.json()['id']}"


@pytest.fixture
def stale(scim, ann, path):
    """Ann, as the product has saved her, who read her before Entra renamed her."""
    stale = get_user_model().objects.get(pk=ann.pk)
    assert scim.patch(path, RENAMED).status_code == 200
    stale.save()
    assert stored(ann).email == ann.email
    return stale


def stored(user):
    return get_user_model().objects.get(pk=user.pk)


LOOKS = {
    "by id": lambda scim, path, user: scim.get(path),
    "by userName": lambda scim, path, user: scim.filter(
        f'userName eq "{RENAMED["value"]}"'
    ),
    "the same again": lambda scim, path, user: scim.patch(path, RENAMED),
    "something else": lambda scim, path, user: scim.patch(path, TITLE),
    "sign-in": lambda scim, path, user: Client().force_login(user, backend=MODEL),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_former_address_goes_again(scim, path, stale, look):
    for _look in range(2):
        look(scim, path, stored(stale))

        user = stored(stale)
        assert user.email == user.get_username() == RENAMED["value"]
        assert user.is_active
        [event] = ProvisioningEvent.objects.filter(kind="restored")
        assert "the product had undone it" in sentence_of(event)
        assert "email" in sentence_of(event)
        assert "ann" not in str(event.changes)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_groups_come_back(scim, ann, path, roles, look):
    """Those that a form had on its page before Entra changed the roles."""
    former = list(ann.groups.all())
    value = [{"value": "Uploader"}]
    scim.patch(path, {"op": "Replace", "path": "roles", "value": value}, RENAMED)
    ann.groups.set(former)

    look(scim, path, stored(ann))

    assert list(ann.groups.all()) == [roles["Uploader"].group]
    event = ProvisioningEvent.objects.get(kind="restored")
    assert event.changes["roles_added"] == ["Uploader"]


def test_what_was_chosen_here_stays(scim, ann, path):
    """It is neither what Entra said nor what was there before."""
    scim.patch(path, RENAMED)
    get_user_model().objects.filter(pk=ann.pk).update(email="chosen@contoso.example")

    scim.get(path)

    assert stored(ann).email == "chosen@contoso.example"
    assert not ProvisioningEvent.objects.filter(kind="restored").exists()


def test_what_entra_brings_back_stays(scim, ann, path):
    scim.patch(path, RENAMED)
    scim.patch(path, {**RENAMED, "value": ann.email})
    before = stored(ann).email

    scim.get(path)

    assert stored(ann).email == before == ann.email
    assert not ProvisioningEvent.objects.filter(kind="restored").exists()


def test_after_a_day_it_was_chosen(scim, path, stale):
    link = ProvisionedUser.objects.get()
    link.overwritten["at"] -= 24 * 60 * 60
    link.save()

    scim.get(path)

    assert stored(stale).email != RENAMED["value"]


def test_nobody_is_brought_back_by_a_link_that_is_not_in_force(scim, path, stale):
    get_user_model().objects.filter(pk=stale.pk).update(is_superuser=True)

    scim.get(path)

    assert stored(stale).email != RENAMED["value"]


def test_an_address_that_somebody_has_by_now_fails_no_look(scim, path, stale, contoso):
    """Where the product wants usernames to be unique, the log tells."""
    other = get_user_model()(email="other@contoso.example")
    setattr(other, other.USERNAME_FIELD, RENAMED["value"])
    other.save()

    assert scim.get(path).status_code == 200

    assert stored(stale).email != RENAMED["value"]


def test_somebody_new_costs_nothing(scim, contoso, django_assert_num_queries):
    """Nobody can have read an account before it was there."""
    response = scim.post("/Users", {"userName": "eve@contoso.example"})
    path = f"/Users/{response.json()['id']}"
    scim.get(path)

    with django_assert_num_queries(1):
        scim.get(path)


def test_a_look_at_what_is_as_entra_said_locks_nothing(
    scim, ann, path, roles, django_assert_num_queries
):
    """The key and the person, the account, and its groups with what it should have."""
    value = [{"value": "Uploader"}]
    scim.patch(path, {"op": "Replace", "path": "roles", "value": value}, RENAMED)

    with django_assert_num_queries(3):
        scim.get(path)
