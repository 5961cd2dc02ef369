"""How an administrator settles who somebody is."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from entra_scim.models import ProvisioningEvent, ReleasedUser
from entra_scim.people import provisioning, remedies
from entra_scim.sign_in import sign_ins
from entra_scim.story.sentences import sentence_of
from tests.support.factories import UserFactory
from tests.support.identity import (
    ADDRESS,
    BACK,
    NEW,
    OLD,
    THIRD,
    body,
    link,
    replacing,
    state,
)
from tests.support.step_up import age

pytestmark = pytest.mark.django_db


def tab(environment, path=""):
    return reverse("admin:entra_tab:set_up", args=[environment.pk]) + path


class TestRemedy:
    """An administrator decides in the tab which of the two it is."""

    @pytest.fixture
    def admin_client(self, contoso):
        """Somebody who may change the tab."""
        boss = UserFactory(
            email="boss@contoso.example",
            environment=contoso,
            is_staff=True,
            is_superuser=True,
        )
        client = Client()
        client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
        return client

    @pytest.fixture
    def page(self, scim, former, contoso):
        """The page of the person for whom another object ID came."""
        response = scim.patch(former, replacing(NEW), BACK)
        assert response.status_code == HTTPStatus.CONFLICT
        return tab(contoso, f"people/{link().pk}/")

    def test_events_findings_and_people_lead_to_it(
        self, admin_client, contoso, former, page
    ):
        """From each of them it is a click or two."""
        name = link().display_name
        listed = tab(contoso, "people/?status=waiting")
        for path in ("", "events/"):
            assert listed in admin_client.get(tab(contoso, path)).content.decode()
        assert name in admin_client.get(listed).content.decode()
        content = admin_client.get(page).content.decode()
        assert NEW in content
        for action in ("same/", "set-aside/"):
            assert f"{page}{action}" in content

    def test_the_same_person_keeps_the_account(
        self, admin_client, scim, contoso, former, page
    ):
        """Entra's next cycle succeeds, and the former object ID opens nothing."""
        user = link().user
        assert NEW in admin_client.get(f"{page}same/").content.decode()

        admin_client.post(f"{page}same/", {"object_id": NEW})

        assert sign_ins.person_of(contoso, OLD) is None
        assert scim.filter(f'externalId eq "{NEW}"') == [str(link().pk)]
        assert not link().user.is_active  # until Entra says otherwise
        event = ProvisioningEvent.objects.get(kind="object_id_accepted")
        assert "externalId changed" in sentence_of(event)
        response = scim.patch(former, replacing(NEW), BACK)
        assert response.status_code == HTTPStatus.OK
        assert sign_ins.person_of(contoso, NEW).user == user
        assert "set-aside/" not in admin_client.get(page).content.decode()
        assert scim.patch(former, replacing(OLD)).status_code == HTTPStatus.CONFLICT

    def test_a_session_that_somebody_left_open_gives_no_account_away(
        self, admin_client, former, page
    ):
        age(admin_client)

        asked = admin_client.post(f"{page}same/", {"object_id": NEW}, follow=True)
        assert "Nothing was changed" in asked.content.decode()
        assert "Your own password" in asked.content.decode()
        assert link().attributes["externalId"] == OLD

        admin_client.post(f"{page}same/", {"object_id": NEW, "own_password": "secret"})
        assert link().attributes["externalId"] == NEW

    @pytest.mark.parametrize("seen", ["", OLD, THIRD, "ann"])
    def test_only_what_was_seen_is_accepted(self, admin_client, former, page, seen):
        """Another one may have come since the page was opened."""
        admin_client.post(f"{page}same/", {"object_id": seen})

        assert link().attributes["externalId"] == OLD

    def test_somebody_else_gets_an_account_of_their_own(
        self, admin_client, scim, contoso, former, page
    ):
        """The former account keeps its data, and neither its name nor its address."""
        user = link().user
        assert "no mail" in admin_client.get(f"{page}set-aside/").content.decode()

        admin_client.post(f"{page}set-aside/")

        assert scim.get(former).status_code == HTTPStatus.NOT_FOUND
        assert scim.filter(f'userName eq "{ADDRESS}"') == []
        user.refresh_from_db()
        assert not user.is_active
        for value in (user.get_username(), user.email):
            assert value.startswith(ADDRESS)
            assert value.endswith(".invalid")
        user.full_clean(exclude=["password"])
        event = ProvisioningEvent.objects.get(kind="set_aside")
        assert event.name == "Ann Old"
        response = scim.post("/Users", body(externalId=NEW))
        assert response.status_code == HTTPStatus.CREATED
        assert link().user != user
        assert link().user.email == ADDRESS
        local = admin_client.get(tab(contoso, "people/local/")).content.decode()
        assert "Set aside" in local

    def test_long_names_are_set_aside_too(self, admin_client, scim, contoso):
        long = f"{'x' * 130}@contoso.example"
        path = f"/Users/{scim.post('/Users', body(long, externalId=OLD)).json()['id']}"
        scim.patch(path, replacing(NEW))

        admin_client.post(tab(contoso, f"people/{link().pk}/set-aside/"))

        user = get_user_model().objects.get(email__startswith="xxx")
        user.full_clean(exclude=["password"])
        assert scim.post("/Users", body(long, externalId=NEW)).status_code == 201

    def test_a_post_that_was_refused_waits_as_well(
        self, admin_client, scim, contoso, former
    ):
        """Where externalId is matched, the new person arrives as one."""
        assert scim.post("/Users", body(externalId=NEW)).status_code == 409

        page = tab(contoso, f"people/{link().pk}/")
        admin_client.post(f"{page}set-aside/")

        assert scim.post("/Users", body(externalId=NEW)).status_code == 201

    def test_nothing_waits_once_the_address_has_moved_on(
        self, admin_client, scim, contoso
    ):
        """A colleague got the address of somebody who is renamed a little later."""
        first = scim.post("/Users", body(externalId=OLD)).json()
        assert scim.post("/Users", body(externalId=NEW)).status_code == 409

        moved = {"op": "Replace", "value": {"userName": "ann2@contoso.example"}}
        mail = {
            "op": "Replace",
            "path": 'emails[type eq "work"].value',
            "value": "ann2@contoso.example",
        }
        assert scim.patch(f"/Users/{first['id']}", moved, mail).status_code == 200

        page = tab(contoso, f"people/{first['id']}/")
        assert NEW not in admin_client.get(page).content.decode()
        assert scim.post("/Users", body(externalId=NEW)).status_code == 201

    def test_of_a_person_who_is_the_admin_now_is_not_possible(
        self, admin_client, former, page
    ):
        """A visitor of the tab renames no Admin, and gives them to nobody."""
        user = link().user
        user.is_superuser = True
        user.save()
        before = state()

        admin_client.post(f"{page}same/", {"object_id": NEW})
        admin_client.post(f"{page}set-aside/")

        assert state() == before

    def test_of_a_foreign_person_is_not_possible(
        self, several_environments, admin_client, former, page, contoso, fabrikam
    ):
        """The pages of another environment know nothing of them."""
        foreign = tab(fabrikam, f"people/{link().pk}/")

        for action in ("same/", "set-aside/"):
            response = admin_client.post(f"{foreign}{action}", {"object_id": NEW})
            assert response.status_code == HTTPStatus.NOT_FOUND
        assert link().attributes["externalId"] == OLD
        provisioning.release(contoso, link().pk)
        mark = ReleasedUser.objects.get()
        response = admin_client.post(
            tab(fabrikam, f"people/released/{mark.pk}/set-aside/")
        )
        assert response.status_code == HTTPStatus.NOT_FOUND
        mark.refresh_from_db()
        assert not mark.is_set_aside

    def test_a_former_person_can_be_set_aside(
        self, admin_client, scim, contoso, former
    ):
        """Entra deleted somebody, and a new employee has their address."""
        scim.delete(former)
        assert scim.post("/Users", body(externalId=NEW)).status_code == 409
        mark = ReleasedUser.objects.get()
        path = f"people/released/{mark.pk}/set-aside/"
        assert path in admin_client.get(tab(contoso, "people/local/")).content.decode()

        admin_client.post(tab(contoso, path))

        mark.refresh_from_db()
        assert mark.user.email.endswith(".invalid")
        assert mark.is_set_aside
        assert ProvisioningEvent.objects.get(kind="set_aside").user == mark.user
        assert scim.post("/Users", body(externalId=NEW)).status_code == 201
        assert link().user != mark.user

    def test_a_session_that_somebody_left_open_lets_nobody_be_linked_again(
        self, admin_client, scim, contoso, former
    ):
        scim.delete(former)
        mark = ReleasedUser.objects.get()
        path = tab(contoso, f"people/released/{mark.pk}/")
        age(admin_client)

        asked = admin_client.post(path, follow=True).content.decode()
        assert "Nothing was changed" in asked
        assert "Your own password" in asked
        assert scim.post("/Users", body(externalId=NEW)).status_code == 409

        admin_client.post(path, {"own_password": "secret"})
        assert scim.post("/Users", body(externalId=NEW)).status_code == 201

    def test_a_former_person_without_an_address_can_be_set_aside(self, scim, contoso):
        """There is a username to free, and nothing else."""
        scim.post("/Users", {"userName": "eve", "externalId": OLD})
        scim.delete(f"/Users/{link().pk}")

        remedies.set_former_aside(ReleasedUser.objects.get())

        user = ReleasedUser.objects.get().user
        assert user.get_username().startswith("eve.")
        assert user.get_username().endswith(".invalid")
        if user.get_email_field_name() != user.USERNAME_FIELD:
            assert user.email == ""

    def test_a_former_person_who_became_the_admin_is_not(
        self, admin_client, scim, contoso, former
    ):
        """Their name is not this environment's to take."""
        scim.delete(former)
        mark = ReleasedUser.objects.get()
        get_user_model().objects.update(is_superuser=True)

        admin_client.post(tab(contoso, f"people/released/{mark.pk}/set-aside/"))

        mark.user.refresh_from_db()
        assert mark.user.email == ADDRESS

    def test_a_former_person_who_is_active_again_is_not(
        self, admin_client, scim, contoso, former
    ):
        """Somebody gave them access by hand; their address is in use."""
        scim.delete(former)
        mark = ReleasedUser.objects.get()
        get_user_model().objects.update(is_active=True)

        admin_client.post(tab(contoso, f"people/released/{mark.pk}/set-aside/"))

        mark.user.refresh_from_db()
        assert mark.user.email == ADDRESS
