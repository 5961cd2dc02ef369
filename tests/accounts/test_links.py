"""A link outlives the rule that allowed it, and then gives nothing more."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model

from entra_scim.accounts import links
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.people import provisioning
from entra_scim.story.sentences import sentence_of
from tests.support.factories import RoleFactory

pytestmark = pytest.mark.django_db

OUT = {"op": "Replace", "path": "active", "value": "False"}
BACK = {"op": "Replace", "path": "active", "value": "True"}


def promote(user, contoso, fabrikam):
    user.is_superuser = True
    user.save()


def move(user, contoso, fabrikam):
    contoso.members.remove(user)
    fabrikam.members.add(user)


def share(user, contoso, fabrikam):
    fabrikam.members.add(user)


def leave_all(user, contoso, fabrikam):
    contoso.members.remove(user)


@pytest.fixture
def linked(scim, ann, contoso):
    """Ann, linked with the role Viewer."""
    RoleFactory(environment=contoso, value="Viewer")
    RoleFactory(environment=contoso, value="Uploader")
    response = scim.post(
        "/Users",
        {
            "userName": ann.email,
            "displayName": "Ann Smith",
            "externalId": "ann",
            "roles": [{"value": "Viewer"}],
        },
    )
    assert response.status_code == HTTPStatus.CREATED
    return f"/Users/{response.json()['id']}"


@pytest.fixture(params=[promote, move, share, leave_all], ids=lambda way: way.__name__)
def no_longer_managed(request, linked, ann, contoso, fabrikam):
    """Ann, whom Entra may no longer manage, though the link is there."""
    if request.param is not promote and not hasattr(contoso, "members"):
        pytest.skip("This product has a single environment.")
    request.param(ann, contoso, fabrikam)
    return ann


def columns(user):
    return get_user_model().objects.filter(pk=user.pk).values().get()


def groups(user):
    return sorted(user.groups.values_list("name", flat=True))


def test_somebody_of_one_environment_is_managed(linked):
    assert links.is_in_force(ProvisionedUser.objects.get())


@pytest.mark.parametrize(
    "operation",
    [
        {"path": "userName", "value": "new@contoso.example"},
        {"path": 'emails[type eq "work"].value', "value": "new@contoso.example"},
        {"path": "externalId", "value": "another"},
        {"path": "displayName", "value": "Somebody"},
        {"path": "name.givenName", "value": "Somebody"},
        {"path": "roles", "value": [{"value": "Viewer"}, {"value": "Uploader"}]},
        {"path": "roles", "value": [{"value": "Uploader"}]},
    ],
    ids=lambda operation: operation["path"],
)
def test_entra_gives_and_renames_nothing(scim, linked, no_longer_managed, operation):
    """The refusal says what to do, and not why the person is out of reach."""
    before, had = columns(no_longer_managed), groups(no_longer_managed)
    resource = scim.get(linked).json()

    response = scim.patch(linked, {"op": "Replace", **operation})

    assert response.status_code == HTTPStatus.CONFLICT
    assert "unlink" in response.json()["detail"]
    assert "Fabrikam" not in response.json()["detail"]
    event = ProvisioningEvent.objects.get(reason="no_longer_managed")
    assert str(event.correlation_id) in response.json()["detail"]
    assert columns(no_longer_managed) == before
    assert groups(no_longer_managed) == had
    assert scim.get(linked).json() == resource


def test_a_put_that_renames_is_refused(scim, linked, no_longer_managed):
    before = columns(no_longer_managed)

    response = scim.put(linked, {"userName": "new@contoso.example"})

    assert response.status_code == HTTPStatus.CONFLICT
    assert columns(no_longer_managed) == before


def test_roles_can_be_taken_away(scim, linked, no_longer_managed):
    """Less is always possible."""
    response = scim.patch(linked, {"op": "Replace", "path": "roles", "value": []})

    assert response.status_code == HTTPStatus.OK
    assert groups(no_longer_managed) == []


def test_what_takes_a_role_away_gives_no_other_back(scim, linked, ann):
    """A group that was taken by hand does not return along with it."""
    both = [{"value": "Viewer"}, {"value": "Uploader"}]
    scim.patch(linked, {"op": "Replace", "path": "roles", "value": both})
    ann.groups.clear()
    ann.is_superuser = True
    ann.save()

    scim.patch(linked, {"op": "Replace", "path": "roles", "value": both[:1]})

    assert groups(ann) == []


def test_deactivation_works_and_reactivation_does_not(scim, linked, no_longer_managed):
    """Nobody escapes being deactivated by becoming the Admin."""
    assert scim.patch(linked, OUT).status_code == HTTPStatus.OK

    no_longer_managed.refresh_from_db()
    assert not no_longer_managed.is_active
    assert groups(no_longer_managed) == []
    assert scim.patch(linked, OUT).status_code == HTTPStatus.OK
    assert scim.patch(linked, BACK).status_code == HTTPStatus.CONFLICT
    no_longer_managed.refresh_from_db()
    assert not no_longer_managed.is_active


def test_deactivation_wins_over_the_rest_of_its_request(
    scim, linked, no_longer_managed
):
    """The person goes out, and every other value stays."""
    before = columns(no_longer_managed)

    response = scim.patch(
        linked,
        {"op": "Replace", "path": "userName", "value": "new@contoso.example"},
        {"op": "Add", "path": "roles", "value": [{"value": "Uploader"}]},
        OUT,
    )

    assert response.status_code == HTTPStatus.OK
    assert response.json()["userName"] == no_longer_managed.email
    assert columns(no_longer_managed) == before | {"is_active": False}
    event = ProvisioningEvent.objects.get(kind="deactivated")
    assert [item["attribute"] for item in event.changes["kept"]] == [
        "roles",
        "userName",
    ]


def test_what_changes_nothing_is_no_refusal(scim, linked, no_longer_managed):
    """Entra sends what it sent before; no event tells of it each time."""
    response = scim.patch(
        linked, {"op": "Replace", "path": "displayName", "value": "Ann Smith"}
    )

    assert response.status_code == HTTPStatus.OK


def test_entra_may_release_them(scim, linked, no_longer_managed):
    """DELETE takes access away."""
    assert scim.delete(linked).status_code == HTTPStatus.NO_CONTENT

    no_longer_managed.refresh_from_db()
    assert not no_longer_managed.is_active
    assert groups(no_longer_managed) == []


def test_unlinked_by_hand_they_keep_their_access(linked, no_longer_managed, contoso):
    """An environment's administrator takes no access that others gave."""
    provisioning.release(contoso, ProvisionedUser.objects.get().pk)

    no_longer_managed.refresh_from_db()
    assert no_longer_managed.is_active
    assert groups(no_longer_managed) == []
    event = ProvisioningEvent.objects.get(kind="released")
    assert "keeps its access" in sentence_of(event)


def test_back_in_force_everything_works_again(scim, linked, ann):
    """The question is asked anew each time."""
    ann.is_superuser = True
    ann.save()
    rename = {"op": "Replace", "path": "displayName", "value": "Ann Jones"}
    assert scim.patch(linked, rename).status_code == HTTPStatus.CONFLICT

    get_user_model().objects.filter(pk=ann.pk).update(is_superuser=False)

    assert scim.patch(linked, rename).status_code == HTTPStatus.OK
