"""The command that tests, activates and turns off sign-in, for products without the tab."""

from __future__ import annotations

import io
import json
import sys
import uuid

import pytest
from django.core.management import CommandError, call_command

from entra_scim.models import EntraConnection, ProvisioningEvent
from tests.support.activation import try_sign_in
from tests.support.sign_in import connect

pytestmark = pytest.mark.django_db


def run(*arguments):
    """Return the exit code and the document of a command."""
    stdout = io.StringIO()
    try:
        call_command("entra_sign_in", *map(str, arguments), stdout=stdout)
    except SystemExit as end:
        return end.code, json.loads(stdout.getvalue())
    return 0, json.loads(stdout.getvalue())


def activate(environment, admin, *arguments):
    return run(
        "activate",
        environment.pk,
        "--admin",
        admin.get_username(),
        "--admin-password-env",
        "ADMIN_PASSWORD",
        *arguments,
    )


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", "secret")


class TestTheConnection:
    def test_right_credentials_work(self, connected, entra):
        assert run("test", connected.pk) == (0, {"works": True})
        assert entra.count("/token") == 1
        assert not EntraConnection.objects.get().tested_at

    def test_a_wrong_secret_is_told_with_what_to_do(self, connected, entra):
        entra.new_secret()

        code, document = run("test", connected.pk)

        assert code == 1
        assert (document["works"], document["code"]) == (False, "AADSTS7000215")
        assert "Value" in document["remedy"]

    def test_a_tenant_that_entra_does_not_have(self, connected):
        """The ID of something else was copied: no minutes of waiting help."""
        EntraConnection.objects.update(tenant_id=uuid.uuid4())

        for _again in range(2):
            code, document = run("test", connected.pk)
            assert (code, document["code"]) == (1, "AADSTS90002")
        assert "Compare both IDs" in document["remedy"]

    def test_entra_down(self, connected, entra):
        entra.raw_answers["/token"] = (503, "{}")

        code, document = run("test", connected.pk)

        assert (code, document["code"]) == (1, "down")

    def test_the_secret_that_waits_is_tested(self, active, entra):
        connect(active, entra, client_secret="Another~that.does-not_work")

        assert run("test", active.pk)[1]["code"] == "AADSTS7000215"

    def test_another_environment_has_nothing_to_test(self, connected, fabrikam):
        with pytest.raises(CommandError) as error:
            run("test", fabrikam.pk)
        assert error.value.returncode == 2


class TestActivation:
    def test_a_trial_that_somebody_confirms(
        self, connected, browser, boss, admin, ann, scim
    ):
        """By signing in with Entra: no command does that in a person's place."""
        browser.client.force_login(admin, "django.contrib.auth.backends.ModelBackend")
        try_sign_in(browser, connected)

        code, refused = activate(connected, admin)
        assert (code, refused["obstacles"]) == (1, [])
        assert refused["shut_out"] == {"count": 1, "first": [str(ann)]}

        code, begun = activate(connected, admin, "--shut-out", "1")
        assert (code, begun["sign_in"]) == (0, "trial")
        assert begun["confirmed_by"] == "an administrator"
        assert run("show", connected.pk)[0] == 1
        assert activate(connected, admin)[1] == begun

        browser.client.logout()
        browser.sign_in(connected)
        code, shown = run("show", connected.pk)
        assert (code, shown["sign_in"]) == (0, "active")

    def test_what_is_in_the_way_is_told(self, contoso, admin):
        code, document = activate(contoso, admin)

        assert code == 1
        assert document["sign_in"] == "inactive"
        assert "no_ids" in [one["code"] for one in document["obstacles"]]
        assert not EntraConnection.objects.filter(activated_at__isnull=False).exists()

    def test_the_admin_has_to_prove_it(self, contoso, admin, ann, monkeypatch):
        """An account that Entra may manage is none that stays able to sign in."""
        with pytest.raises(CommandError) as error:
            activate(contoso, ann)
        assert error.value.returncode == 2
        monkeypatch.setenv("ADMIN_PASSWORD", "wrong")
        with pytest.raises(CommandError) as error:
            activate(contoso, admin)
        assert error.value.returncode == 2
        monkeypatch.setenv("ADMIN_PASSWORD", "")
        with pytest.raises(CommandError, match="admin password is empty"):
            activate(contoso, admin)

    def test_the_password_from_standard_input(self, contoso, admin, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))

        code, _document = run(
            "activate",
            contoso.pk,
            "--admin",
            admin.get_username(),
            "--admin-password-stdin",
        )

        assert code == 1  # of what is in the way, and not of the password

    def test_an_unknown_environment(self):
        with pytest.raises(CommandError) as error:
            run("show", 4711)
        assert error.value.returncode == 2


def test_turning_off_and_doing_so_again(active, fabrikam):
    """Only the environment that is named."""
    assert run("show", active.pk) == (
        0,
        {
            "sign_in": "active",
            "is_tested": False,
            "trial_ends_at": None,
            "confirmed_by": None,
            "without_password": {"count": 0, "first": []},
        },
    )
    for _time in range(2):
        code, document = run("turn-off", active.pk)
        assert (code, document["sign_in"]) == (0, "inactive")
    ended = ProvisioningEvent.objects.filter(kind="ended")
    assert [event.environment for event in ended] == [active]


def test_what_is_active_elsewhere_is_not_here(active, fabrikam):
    code, document = run("show", fabrikam.pk)

    assert (code, document["sign_in"]) == (1, "inactive")
    assert "no_ids" in [one["code"] for one in document["obstacles"]]
