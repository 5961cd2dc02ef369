"""Undo takes back just what the tab made in Entra, after it said what goes."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from entra_scim.connection import configuration
from entra_scim.models import EntraSetUp
from tests.support.factories import make_environment
from tests.support.kit_run import settled
from tests.support.sign_in import activate
from tests.support.tab import permissions, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done(visit, local, roles):
    """A set-up that is done, and an administrator who signed in at Entra once more."""
    visit.sign_in()
    visit.run()
    settled(local)
    visit.sign_in()
    return visit


def test_what_was_created_is_deleted(done, contoso, local):
    """Not before it was confirmed, and nothing of others."""
    other = done.tenant.add_application("Other")
    application = next(
        one
        for one in done.tenant.applications
        if one.display_name.startswith(done.host)
    )

    page = text_of(done.post(action="undo"))

    assert f"Deletes the application {application.client_id}" in page
    assert "Nobody can sign in with Entra any more" in page
    assert application in local.jobs
    page = text_of(done.post(action="undo_confirmed"))
    assert "undid the set-up in Entra" in page
    assert application not in done.tenant.applications
    assert other in done.tenant.applications
    row = EntraSetUp.objects.for_environment(contoso).get()
    assert (row.notes, row.kept, row.held_until) == ([], {}, None)
    done.sign_in()
    assert "Undo what was set up" not in text_of(done.page())


def test_an_application_that_was_there_stays(visit, contoso, local, roles):
    """What people were assigned by hand stays too."""
    by_hand = visit.tenant.add_application("Product")
    by_hand.add_role("Manager")
    settings = configuration.connection_of(contoso)
    settings.client_id = by_hand.client_id
    settings.tenant_id = visit.tenant.id
    settings.cloud = "local"
    settings.save()
    visit.sign_in()
    visit.run()
    settled(local)
    visit.sign_in()

    page = text_of(visit.post(action="undo"))
    visit.post(action="undo_confirmed")

    assert "Keeps the application" in page
    assert "Deletes the provisioning job" in page
    assert by_hand in visit.tenant.applications
    assert by_hand.redirect_uris == []
    assert [role.value for role in by_hand.app_roles][2:] == ["Manager"]
    assert by_hand not in local.jobs
    assert by_hand.secrets == []


def test_people_must_have_their_passwords_first(done, contoso, local):
    activate(contoso)

    page = text_of(done.post(action="undo_confirmed"))

    assert "Turn off Entra sign-in first" in page
    assert EntraSetUp.objects.for_environment(contoso).get().notes


def test_nobody_undoes_while_somebody_sets_it_up(visit, contoso):
    visit.sign_in()
    until = timezone.now() + datetime.timedelta(minutes=1)
    rows = EntraSetUp.objects.for_environment(contoso)
    assert rows.update(holder="another", is_busy=True, held_until=until)

    page = text_of(visit.post(action="undo_confirmed"))

    assert "Somebody else sets up this environment now." in page


def test_what_is_gone_is_said(done, contoso, local):
    """It may be in another directory, so nothing is forgotten."""
    (application,) = (one for one in done.tenant.applications if one in local.jobs)
    done.tenant.applications.remove(application)

    page = text_of(done.post(action="undo_confirmed"))

    assert "does not have the application that was set up" in page
    assert EntraSetUp.objects.for_environment(contoso).get().notes


def test_who_may_only_look_undoes_nothing(done, contoso, local):
    person = get_user_model().objects.get(pk=done.client.session["_auth_user_id"])
    person.is_superuser = False
    person.save()
    person.user_permissions.set(permissions("view"))

    assert done.post(action="undo_confirmed").status_code == 403
    assert EntraSetUp.objects.for_environment(contoso).get().notes


def test_another_environments_set_up_is_not_undone(done, contoso, local):
    """Whose notes are its own."""
    other = make_environment(name="Fabrikam")

    assert not EntraSetUp.objects.for_environment(other).exists()
    done.environment = other
    assert "Sign in to Entra first." in text_of(done.post(action="undo_confirmed"))
    assert EntraSetUp.objects.for_environment(contoso).get().notes
