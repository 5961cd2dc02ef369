"""The command that makes access keys."""

from __future__ import annotations

import datetime
import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from entra_scim.connection import access_keys
from entra_scim.models import AccessKey
from tests.support.reports import NEW_KEY, variables_of

pytestmark = pytest.mark.django_db


class TestCommand:
    def run(self, *arguments):
        stdout, stderr = io.StringIO(), io.StringIO()
        call_command("entra_access_key", *arguments, stdout=stdout, stderr=stderr)
        return stdout.getvalue(), stderr.getvalue()

    def test_create_prints_the_key_alone(self, contoso):
        """Standard output has the key and nothing else, for scripts."""
        stdout, stderr = self.run("create", str(contoso.pk))

        assert access_keys.authenticate(str(contoso.pk), stdout.strip())
        assert stdout.count("\n") == 1
        assert "not shown again" in stderr

    def test_a_closed_output_reports_no_key(self, contoso):
        """What it was piped into has ended."""

        class Closed(io.StringIO):
            def write(self, text):
                raise BrokenPipeError

        with pytest.raises(BrokenPipeError) as caught:
            call_command(
                "entra_access_key",
                "create",
                str(contoso.pk),
                stdout=Closed(),
                stderr=io.StringIO(),
            )

        assert AccessKey.objects.exists()
        assert not any(NEW_KEY.search(shown) for shown in variables_of(caught.tb))

    @pytest.mark.parametrize("date", ["2099-01-31", "2099-1-31", "2099-01-31T09:00Z"])
    def test_create_takes_a_date(self, contoso, date):
        """A key can be made to end."""
        self.run("create", str(contoso.pk), "--expires", date)

        assert AccessKey.objects.get().expires_at.year == 2099

    @pytest.mark.parametrize("date", ["soon", "2001-01-01", "2026-02-31"])
    def test_create_refuses_a_date_that_is_none_or_over(self, contoso, date):
        """A key is never made with another end than asked for."""
        with pytest.raises(CommandError):
            self.run("create", str(contoso.pk), "--expires", date)

        assert not AccessKey.objects.exists()

    def test_list_and_revoke(self, contoso, fabrikam):
        """Keys are listed with what happened to them, without the secret."""
        key, secret = access_keys.create(contoso)
        foreign, _ = access_keys.create(fabrikam)

        listed, _ = self.run("list", str(contoso.pk))
        assert key.hint in listed
        assert "valid" in listed
        assert secret not in listed
        assert foreign.hint not in listed

        self.run("revoke", str(contoso.pk), str(key.pk))
        assert "revoked" in self.run("list", str(contoso.pk))[0]

    def test_list_as_json(self, contoso, fabrikam):
        """For automation: no secret, and nobody else's keys."""
        key, secret = access_keys.create(contoso)
        access_keys.create(fabrikam)
        access_keys.revoke(key)

        listed, _ = self.run("list", str(contoso.pk), "--json")

        [told] = json.loads(listed)["access_keys"]
        assert (told["number"], told["begins_with"]) == (key.pk, key.hint)
        assert told["is_usable"] is False
        assert told["revoked_at"] >= told["created_at"]
        assert told["last_used_at"] is None
        assert secret not in listed

    def test_list_says_until_when_keys_last(self, contoso):
        """Those that ended by themselves included."""
        now = timezone.now()
        for days in (-1, 1):
            access_keys.create(contoso, expires_at=now + datetime.timedelta(days=days))

        listed, _ = self.run("list", str(contoso.pk))

        assert sorted(re.findall(r"  (ended|valid until) \d", listed)) == [
            "ended",
            "valid until",
        ]

    def test_revoke_does_not_reach_another_environment(self, contoso, fabrikam):
        """The number of another environment's key is not a key here."""
        foreign, secret = access_keys.create(fabrikam)

        with pytest.raises(CommandError):
            self.run("revoke", str(contoso.pk), str(foreign.pk))

        assert access_keys.authenticate(str(fabrikam.pk), secret)

    @pytest.mark.parametrize("environment", ["nothing", "999999", "9" * 40])
    def test_an_unknown_environment_is_an_error(self, environment):
        """No key is made for nobody."""
        with pytest.raises(CommandError):
            self.run("create", environment)
