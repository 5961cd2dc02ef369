"""The steps of the set-up, and what to do next."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from entra_scim.activation import lifecycle
from entra_scim.connection import access_keys, configuration, credentials
from entra_scim.diagnosis import sign_in_health
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    EntraSession,
    ProvisionedUser,
)
from entra_scim.sign_in import sign_ins
from tests.support.factories import (
    RoleFactory,
)
from tests.support.tab import (
    OBJECT_ID,
    ROLE,
    SECRET,
    provision,
    saved,
    tab,
    text_of,
)

pytestmark = pytest.mark.django_db


class TestStanding:
    def done(self, client, contoso):
        steps = client.get(tab(contoso)).context["steps"]
        return [str(step.code) for step in steps if step.done]

    def shown(self, client, contoso):
        """Return the stages that are unfolded."""
        stages = client.get(tab(contoso)).context["stages"]
        return [name for name, stage in stages.items() if stage.is_open]

    def test_the_next_stage_is_the_one_shown(self, client, contoso, scim):
        """Nobody travels between pages, and app roles and mapping have their turn."""
        assert self.shown(client, contoso) == ["connection"]
        client.post(tab(contoso, "connection/"), saved())
        AccessKey.objects.update(last_used_at=None)
        assert self.shown(client, contoso) == ["keys"]
        scim.get("/Users")
        # Roles may be created once their values arrive.
        assert self.shown(client, contoso) == ["roles", "mapping"]
        RoleFactory(environment=contoso, value="Viewer")
        # Only people who arrive can prove a mapping.
        assert self.shown(client, contoso) == ["mapping", "people"]
        assert "as step 4 says" in text_of(client.get(tab(contoso)))
        mistake = client.post(tab(contoso, "roles/"), {"role-value": "no role"})
        stages = mistake.context["stages"]
        assert stages["roles"].is_open

    def test_steps_follow_from_facts(self, client, contoso):
        """One after the other; what to do next is always there."""
        assert self.done(client, contoso) == []
        assert "copy its two IDs" in text_of(client.get(tab(contoso)))
        client.post(tab(contoso, "connection/"), saved())
        assert self.done(client, contoso) == ["ids", "credentials"]

        from tests.conftest import client_of

        scim = client_of(contoso)
        assert self.done(client, contoso) == ["ids", "access_key", "credentials"]
        scim.get("/Users")
        assert self.done(client, contoso)[2:] == ["contact", "credentials"]
        RoleFactory(environment=contoso, value="Viewer")
        provision(scim, "eve", externalId=OBJECT_ID, active=True)
        assert self.done(client, contoso)[3:] == ["people", "credentials"]
        assert self.shown(client, contoso) == ["roles", "mapping"]
        scim.put(
            f"/Users/{ProvisionedUser.objects.get().pk}",
            {
                "userName": "eve@contoso.example",
                "externalId": OBJECT_ID,
                "roles": [{**ROLE, "value": "Viewer", "display": "Viewer"}],
            },
        )
        assert self.done(client, contoso)[3:-1] == ["roles", "mapping", "people"]
        page = client.get(tab(contoso))
        assert "test signing in with a person" in text_of(page)
        assert page.context["findings"] == []
        proof = client.get(tab(contoso, "guide/")).context["proof"]
        assert [section for section in proof if not proof[section]] == [
            "permissions",
            "active",
        ]
        settings = configuration.connection_of(contoso)
        lifecycle.record_test(settings, credentials.in_use(settings), None)
        proof = client.get(tab(contoso, "guide/")).context["proof"]
        assert [section for section in proof if not proof[section]] == ["active"]

    def connect(self, contoso, **changes):
        settings = configuration.connection_of(contoso)
        values = {
            "client_id": uuid.uuid4(),
            "tenant_id": uuid.uuid4(),
            "cloud": "global",
            "client_secret": SECRET,
            "client_secret_expires_on": timezone.localdate()
            + datetime.timedelta(days=200),
        }
        configuration.save(settings, **values | changes)
        return settings

    def test_what_to_do_about_roles(self, client, contoso, scim):
        """Make them here, have them sent, or assign them: what is missing."""

        def todo():
            steps = client.get(tab(contoso)).context["steps"]
            return next(str(step.todo) for step in steps if step.code == "roles")

        person = provision(scim, "eve")
        assert "Create a role here" in todo()
        RoleFactory(environment=contoso, value="Viewer")
        assert "Let Entra send roles" in todo()
        right = {"op": "replace", "path": "roles", "value": [{"value": "Auditor"}]}
        scim.patch(f"/Users/{person.pk}", right)
        assert "Create a role here" in todo()
        scim.patch(f"/Users/{person.pk}", {**right, "value": []})
        assert "assign people an app role" in todo()

    def test_a_test_counts_for_what_was_tested(self, client, contoso):
        """Another secret has to be tested anew."""
        settings = self.connect(contoso)
        lifecycle.record_test(settings, credentials.in_use(settings), None)
        assert "test" in self.done(client, contoso)

        self.connect(contoso, client_secret="another~secret")

        assert "test" not in self.done(client, contoso)

    def test_a_trial_says_what_to_do(self, client, contoso, admin):
        """And is forgotten once it is over."""
        settings = self.connect(contoso)
        lifecycle.start_trial(settings, admin)
        trial = client.get(tab(contoso)).context["steps"][-1]
        EntraConnection.objects.update(
            activated_at=timezone.now() - datetime.timedelta(minutes=31)
        )
        over = client.get(tab(contoso)).context["steps"][-1]

        assert (trial.done, trial.detail) == (False, "on trial")
        assert "before the trial ends" in str(trial.todo)
        assert (over.done, over.detail) == (False, "")
        assert "Activate Entra sign-in" in str(over.todo)

    def test_changes_that_wait_say_so(self, client, contoso, admin):
        """What was saved is asked for no more, even if the former secret has expired."""
        settings = self.connect(contoso)
        now = timezone.now()
        EntraConnection.objects.update(
            activated_at=now, confirmed_at=now, client_secret_expires_on="2020-01-31"
        )
        self.connect(
            contoso,
            client_secret="another~secret",
            client_id=settings.client_id,
            tenant_id=settings.tenant_id,
        )

        page = client.get(tab(contoso))

        assert "credentials" in self.done(client, contoso)
        assert "test" not in self.done(client, contoso)
        assert [finding.code for finding in page.context["findings"]] == ["pending"]
        assert "used once a test succeeds" in str(page.context["steps"][-2].todo)

    def test_there_is_never_nothing_to_do_beside_a_warning(
        self, client, contoso, roles, scim
    ):
        provision(
            scim,
            "eve",
            externalId=OBJECT_ID,
            active=True,
            roles=[{**ROLE, "value": "Viewer", "display": "Viewer"}],
        )
        settings = self.connect(contoso)
        lifecycle.record_test(settings, credentials.in_use(settings), None)
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        assert "There is nothing for you to do." in text_of(client.get(tab(contoso)))

        EntraConnection.objects.update(client_secret_expires_on=timezone.localdate())

        text = text_of(client.get(tab(contoso)))
        assert "There is nothing for you to do." not in text
        assert "The client secret has expired." in text

    def test_a_sign_in_that_fails_for_everybody(self, client, contoso):
        """Whatever is saved here: what real sign-ins show counts."""

        def badge():
            page = client.get(tab(contoso, "events/"))
            return page.context["status"].text

        assert badge() == "Not set up"
        settings = self.connect(contoso)
        assert badge() == "Not activated"
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        assert badge() == "Active"
        sign_ins.record_failure(contoso, "AADSTS50105", "", "ann@contoso.example")
        assert badge() == "Active"  # that is Ann's alone

        sign_ins.record_failure(contoso, "AADSTS7000222", "", "ann@contoso.example")

        assert badge().startswith("Sign-in broken since ")
        text = text_of(client.get(tab(contoso)))
        broken = ", signing in with Entra has failed: AADSTS7000222."
        assert text.index(broken) < text.index("What to do next:")
        assert "The client secret has expired. " in text
        assert "There is nothing for you to do." not in text
        text = text_of(client.get(tab(contoso, "sign-in/")))
        assert broken in text
        assert "there is nothing more to do" not in text
        lifecycle.record_test(settings, credentials.in_use(settings), None)
        assert badge() == "Active"
        text = text_of(client.get(tab(contoso, "sign-in/")))
        assert "there is nothing more to do" in text

    def test_what_would_fail_is_told_before_anybody_tries(self, client, contoso):
        """An expired secret, and provisioning that stopped: no false all-clear."""

        def badge():
            change = tab(contoso).replace("/entra/", "/change/")
            shown = {str(client.get(tab(contoso)).context["status"].text)}
            shown.add(client.get(change).context["entra_status"].text)
            [text] = shown
            return text

        self.connect(contoso)
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        access_keys.create(contoso)
        AccessKey.objects.update(last_used_at=now)
        assert badge() == "Active"

        AccessKey.objects.update(last_used_at=now - datetime.timedelta(hours=2))
        assert badge().startswith("Provisioning silent since ")
        EntraConnection.objects.update(client_secret_expires_on="2020-01-31")
        assert badge() == "Client secret expired"

    def test_a_sign_in_that_works_again(self, contoso, fabrikam, ann):
        """Since when is counted from the last one that worked."""
        settings = self.connect(contoso)
        sign_ins.record_failure(contoso, "AADSTS7000222", "", "ann@contoso.example")
        assert sign_in_health.breakage(settings)
        assert sign_in_health.breakage(self.connect(fabrikam)) is None
        worked = EntraSession.objects.create(environment=contoso, user=ann)
        assert sign_in_health.breakage(settings) is None

        sign_ins.record_failure(contoso, "AADSTS7000222", "", "ann@contoso.example")

        assert sign_in_health.breakage(settings).since == worked.opened_at

    def test_what_to_copy(self, client, contoso):
        """Addresses as Entra needs them."""
        text = client.get(tab(contoso)).content.decode()

        base = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
        assert f'value="http://testserver{base}/?aadOptscim062020"' in text
        assert f'value="http://testserver{base}/"' in text
