"""Access ends, whatever fails in the product at that."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, OperationalError, connection
from django.db.models import F
from django.db.models.signals import m2m_changed, post_save

from entra_scim.exceptions import ProvisioningError
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from tests.support.failing_product import Failing, programming_error
from tests.support.races import just_before

pytestmark = pytest.mark.django_db


OUT = {"op": "Replace", "path": "active", "value": "False"}


TITLE = {"op": "Replace", "path": "title", "value": "Boss"}


class NeededHere(ProvisioningError):
    code = "needed_here"
    message = "Nobody else knows how this works."


def refusal(user):
    raise NeededHere


def gone(user):
    raise OperationalError(2006, "the server has gone away")


def database_error(user):
    table = get_user_model()._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = NULL WHERE id = %s", [user.pk])


def constraint(user):
    raise IntegrityError("a constraint of the product")


@pytest.fixture
def path(scim, ann, roles):
    response = scim.post(
        "/Users",
        {"userName": ann.email, "externalId": "a", "roles": [{"value": "Viewer"}]},
    )
    assert ann.groups.exists()
    return f"/Users/{response.json()['id']}"


@pytest.fixture
def is_out(ann):
    """Return a function that asserts that Ann is out, and nothing else."""

    def assert_out(kind):
        user = get_user_model().objects.get(pk=ann.pk)
        assert not user.is_active
        assert not user.is_staff
        assert not user.is_superuser
        assert not user.groups.exists()
        event = ProvisioningEvent.objects.get(kind=kind)
        assert "part of this product failed" in sentence_of(event).lower()

    return assert_out


@pytest.mark.parametrize(
    "failure", [programming_error, refusal, database_error, constraint]
)
@pytest.mark.parametrize("way", ["patch", "put", "delete"])
def test_the_hook_fails(scim, path, is_out, settings, caplog, failure, way):
    """What it has half done is undone; the rest of the request is done."""
    settings.ENTRA_SCIM_POLICY = f"{__name__}.Failing"
    Failing.fail = staticmethod(failure)
    send = {
        "patch": lambda: scim.patch(path, OUT, TITLE),
        "put": lambda: scim.put(
            path,
            {"userName": "ann@contoso.example", "title": "Boss", "active": False},
        ),
        "delete": lambda: scim.delete(path),
    }[way]

    response = send()

    assert response.status_code == (204 if way == "delete" else 200)
    is_out("released" if way == "delete" else "deactivated")
    assert "deactivate failed" in caplog.text
    if way != "delete":
        assert response.json()["title"] == "Boss"
        assert send().status_code == 200
        assert ProvisioningEvent.objects.filter(kind="deactivated").count() == 1


def test_the_hook_fails_at_somebody_new_or_linked_as_inactive(
    scim, ann, settings, contoso
):
    """Nobody stays out of Entra's sight, and who is to be out is out."""
    settings.ENTRA_SCIM_POLICY = f"{__name__}.Failing"
    Failing.fail = staticmethod(programming_error)

    for name in (ann.email, "eve@contoso.example"):
        response = scim.post("/Users", {"userName": name, "active": False})

        assert response.status_code == 201
        user = ProvisionedUser.objects.get(pk=response.json()["id"]).user
        assert not user.is_active


@pytest.mark.parametrize("signal", [post_save, m2m_changed])
@pytest.mark.parametrize("way", ["patch", "delete"])
def test_a_receiver_fails(scim, path, is_out, signal, way):
    """It is passed by, since nothing else can be."""
    groups = get_user_model().groups.through

    def fail(sender, **kwargs):
        if sender in (get_user_model(), groups):
            raise ZeroDivisionError

    signal.connect(fail)
    try:
        response = scim.patch(path, OUT, TITLE) if way == "patch" else scim.delete(path)
    finally:
        signal.disconnect(fail)

    assert response.status_code == (200 if way == "patch" else 204)
    is_out("deactivated" if way == "patch" else "released")


def test_a_database_that_is_away_is_no_failure_of_the_product(
    scim, ann, path, settings
):
    """Entra tries again, and then the product's own way out is gone."""
    settings.ENTRA_SCIM_POLICY = f"{__name__}.Away"

    response = scim.patch(path, OUT)

    assert response.status_code == 503
    ann.refresh_from_db()
    assert ann.is_active


class Away(Failing):
    fail = staticmethod(gone)


def test_somebody_is_unlinked_while_the_product_fails(scim, path, ann):
    """Between the deactivation that failed and the next try."""
    failed = []

    def fail(**kwargs):
        failed.append(kwargs)
        raise RuntimeError("a receiver of the product's")

    post_save.connect(fail, get_user_model())
    try:
        with just_before(
            lambda sql: failed and "entra_scim_provisioneduser" in sql,
            ProvisionedUser.objects.all().delete,
        ):
            assert scim.patch(path, OUT, TITLE).status_code == 404
    finally:
        post_save.disconnect(fail, get_user_model())

    assert len(failed) == 1


def test_another_request_changes_somebody_at_the_same_time(scim, path, ann):
    """Where a database locks no rows, the version tells. The work is done again."""
    seen = []

    def change(**kwargs):
        seen.append(kwargs)
        if len(seen) == 1:
            ProvisionedUser.objects.update(version=F("version") + 1)

    post_save.connect(change, get_user_model())
    try:
        name = {"op": "Replace", "path": "userName", "value": "a@contoso.example"}
        answer = scim.patch(path, name)
    finally:
        post_save.disconnect(change, get_user_model())

    assert (answer.status_code, len(seen)) == (200, 2)
    assert answer.json()["meta"]["version"] == 'W/"2"'
    assert ProvisioningEvent.objects.filter(kind="updated").count() == 1
