"""Who links a person of several environments.

The attacks are those of decision 20: Fabrikam's directory is Mallory's.
"""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from entra_scim.models import (
    ProvisionedUser,
    ProvisioningEvent,
)
from tests.conftest import client_of
from tests.support.factories import UserFactory, make_environment
from tests.support.shared import (
    AT_FABRIKAM,
    active,
    link_of,
    send,
)

pytestmark = pytest.mark.django_db


class TestLinking:
    def test_an_address_alone_adds_no_link(
        self, at_contoso, consultant, foreign_scim, scim, fabrikam
    ):
        """Mallory's directory claims Ann's address, and has not invited her."""
        refused = send(foreign_scim, AT_FABRIKAM)

        assert refused.status_code == 409
        assert "invite them" in refused.json()["detail"]
        assert ProvisionedUser.objects.get().environment != fabrikam
        events = ProvisioningEvent.objects.for_environment(fabrikam)
        assert [event.reason for event in events.filter(kind="refused")] == [
            "not_invited"
        ]

    def test_who_is_elsewhere_without_entra_is_refused_alike(
        self, at_contoso, consultant, foreign_scim, contoso
    ):
        """Nobody learns whether another environment's Entra manages an account."""
        UserFactory(email="eve@consultants.example", environment=contoso)
        by_entra = send(foreign_scim, AT_FABRIKAM).json()

        other = send(
            foreign_scim, AT_FABRIKAM, userName="eve@consultants.example"
        ).json()

        first, second = (
            one["detail"].partition("Reference")[0] for one in (by_entra, other)
        )
        assert (first, by_entra["scimType"]) == (second, other["scimType"])

    def test_who_was_invited_is_linked(
        self, at_fabrikam, at_contoso, consultant, contoso, fabrikam
    ):
        links = ProvisionedUser.objects.filter(user=consultant)

        assert {link.environment for link in links} == {contoso, fabrikam}
        assert link_of(at_contoso).profile_of == consultant
        assert link_of(at_fabrikam).profile_of is None

    def test_each_environment_links_once(self, at_fabrikam, foreign_scim):
        again = send(foreign_scim, "22222222-8d2a-4f8e-bf98-7363c4aed4ef")

        assert again.status_code == 409

    def test_without_the_hook_nobody_of_two_is_linked(
        self, settings, at_contoso, consultant, foreign_scim, fabrikam
    ):
        settings.ENTRA_SCIM_POLICY = "example_project.product.policy.Policy"
        fabrikam.members.add(consultant)

        refused = send(foreign_scim, AT_FABRIKAM)

        assert refused.status_code == 409
        assert "invite" not in refused.json()["detail"]

    def test_the_address_may_be_others_once_the_person_has_agreed(
        self, at_contoso, consultant, foreign_scim, fabrikam, monkeypatch
    ):
        """It was proved by the account, and this environment does not decide about it."""
        monkeypatch.setattr(
            "tests.support.shared_product.Policy.owns_address",
            lambda policy, environment, email: environment != fabrikam,
        )
        assert send(foreign_scim, AT_FABRIKAM).status_code == 409
        fabrikam.members.add(consultant)

        assert send(foreign_scim, AT_FABRIKAM).status_code == 201

    def test_the_admin_is_never_linked(
        self, consultant, foreign_scim, fabrikam, contoso
    ):
        consultant.is_superuser = True
        consultant.save()
        fabrikam.members.add(consultant)

        assert send(foreign_scim, AT_FABRIKAM).status_code == 409


class TestElsewhere:
    def test_a_third_one_sees_nothing(
        self, at_fabrikam, at_contoso, consultant, db, client
    ):
        """Neither its Entra nor its administrators reach her by her address."""
        scim = client_of(make_environment(name="Tailspin"))

        assert send(scim, AT_FABRIKAM).status_code == 409
        assert scim.get(at_contoso).status_code == 404
        assert scim.get(at_fabrikam).status_code == 404

    def test_another_one_s_resource_is_not_there(
        self, foreign_scim, at_contoso, at_fabrikam, consultant
    ):
        assert foreign_scim.patch(at_contoso, active(False)).status_code == 404
        assert foreign_scim.delete(at_contoso).status_code == 404
        consultant.refresh_from_db()
        assert consultant.is_active

    def test_her_page_says_whose_names_are_not_decided_here(
        self, at_contoso, at_fabrikam, contoso, fabrikam
    ):
        boss = UserFactory(
            email="boss@x.example", is_staff=True, is_superuser=True, environment=None
        )
        client = Client()
        client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
        pages = [
            client.get(
                reverse("admin:entra_tab:person", args=[one.pk, link_of(path).pk])
            ).text
            for one, path in ((contoso, at_contoso), (fabrikam, at_fabrikam))
        ]

        assert ["Not decided here" in page for page in pages] == [False, True]

    def test_deleted_she_is_erased_everywhere(
        self, at_contoso, at_fabrikam, consultant, settings
    ):
        settings.ENTRA_SCIM_PROTECTION = []

        consultant.delete()

        assert not ProvisionedUser.objects.exists()
        assert not ProvisioningEvent.objects.filter(name__contains="nn").exists()

    def test_the_policy_is_tried(self, consultant, contoso, capsys):
        call_command("entra_check_policy", contoso.pk)
