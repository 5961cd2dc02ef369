"""Passwords, beside a sign-in with Entra."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.urls import reverse

from entra_scim.connection import configuration
from tests.support.factories import UserFactory
from tests.support.sign_in import activate, connect

pytestmark = pytest.mark.django_db


class TestPasswords:
    def login(self, user, password="secret", path="/password/"):
        client = Client()
        response = client.post(
            path, {"username": user.get_username(), "password": password}
        )
        return client, response

    def test_stop_for_everybody_of_an_active_environment(
        self, browser, active, person, bob, admin, settings
    ):
        """Provisioned or not; the Admin's goes on."""
        for user in (person, bob):
            client, response = self.login(user)
            assert response.status_code == 200
            assert "_auth_user_id" not in client.session
        client, response = self.login(admin)
        assert client.session["_auth_user_id"] == str(admin.pk)

    def test_the_answer_is_that_of_a_wrong_password(self, browser, active, bob):
        """The same words; a hint at the button for all."""
        from django.contrib.auth.forms import AuthenticationForm

        def errors(username, password):
            form = AuthenticationForm(
                None, {"username": username, "password": password}
            )
            assert not form.is_valid()
            return form.errors.as_text()

        right = errors(bob.get_username(), "secret")
        assert right == errors(bob.get_username(), "wrong")
        assert right == errors("nobody", "secret")

    def test_the_work_is_that_of_a_wrong_password(
        self, browser, active, bob, monkeypatch
    ):
        """One hash, for anybody."""
        from django.contrib.auth import authenticate
        from django.contrib.auth.hashers import MD5PasswordHasher

        counted = []
        verify = MD5PasswordHasher.encode
        monkeypatch.setattr(
            MD5PasswordHasher,
            "encode",
            lambda self, *args: counted.append(1) or verify(self, *args),
        )

        def work(username):
            counted.clear()
            assert authenticate(None, username=username, password="wrong") is None
            return len(counted)

        alone = UserFactory(email="alone@nowhere.example")
        counts = [
            work(name) for name in (bob.get_username(), alone.get_username(), "nobody")
        ]
        assert counts == [1, 1, 1]

    def test_any_code_that_authenticates_is_refused(self, browser, active, bob):
        from django.contrib.auth import authenticate

        for known_by in (
            {"username": bob.get_username()},
            {"username": bob.get_username().upper()},
            {"username": bob.email},
            {"email": bob.email.upper()},
            {get_user_model().USERNAME_FIELD: bob.get_username()},
        ):
            assert authenticate(None, password="secret", **known_by) is None

    def test_async_code_is_refused_too(self, browser, active, bob):
        from asgiref.sync import async_to_sync
        from django.contrib.auth import aauthenticate

        form = {"username": bob.get_username(), "password": "secret"}
        assert async_to_sync(aauthenticate)(None, **form) is None

    def test_the_gate_is_nobody_s_backend(self, browser, contoso, bob):
        """Code that names no backend gets one that knows its people."""
        client = Client()

        client.force_login(bob)

        assert client.get("/who/").json()["user"] == bob.pk

    def test_work_again_after_deactivation(self, browser, active, bob):
        from entra_scim.activation import lifecycle

        lifecycle.deactivate(configuration.connection_of(active))

        client, _response = self.login(bob)

        assert client.session["_auth_user_id"] == str(bob.pk)

    def test_sessions_that_a_password_opened_end(
        self, browser, contoso, entra, person, bob, admin
    ):
        connect(contoso, entra)
        clients = [self.login(user)[0] for user in (person, bob, admin)]
        assert [c.get("/who/").json()["user"] for c in clients] == [
            person.pk,
            bob.pk,
            admin.pk,
        ]

        activate(contoso)

        assert [c.get("/who/").json()["user"] for c in clients] == [
            None,
            None,
            admin.pk,
        ]

    def test_another_customer_s_people_go_on(
        self, browser, several_environments, active, carol, dave
    ):
        """And those who belong to two."""
        for user in (carol, dave):
            client, _response = self.login(user)
            assert client.get("/who/").json()["user"] == user.pk

    def test_resets_are_not_mailed(self, browser, active, person, bob, admin):
        for user in (bob, person, admin):
            Client().post("/reset/", {"email": user.email})

        assert [message.to for message in mail.outbox] == [[admin.email]]

    def test_the_button_shows_once_somebody_can_use_it(
        self, browser, contoso, entra, admin
    ):
        connect(contoso, entra)
        admin_login = reverse("admin:login")
        assert "Microsoft Entra" not in Client().get(admin_login).content.decode()

        activate(contoso)

        page = Client().get(admin_login, {"next": "/who/"}).content.decode()
        assert "use this button" in page
        assert f"{reverse('entra_scim_oidc:sign-in')}?next=%2Fwho%2F" in page

    def test_somebody_without_access_is_told_nothing_of_others(
        self, several_environments, browser, active
    ):
        user = UserFactory(email="alone@nowhere.example")

        client, response = self.login(user)

        assert client.get("/who/").json()["user"] == user.pk
        assert "Contoso" not in response.content.decode()
