"""A session lets nobody into another environment than the one that opened it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client, RequestFactory
from django.urls import reverse

from entra_scim import access
from entra_scim.models import EntraConnection, EntraSession
from tests.support.sessions import password_session
from tests.support.shared import (
    active,
    is_in,
    linked,
)
from tests.support.sign_in import activate, connect
from tests.support.step_up import age

pytestmark = pytest.mark.django_db


@pytest.fixture
def mallory(entra):
    """Fabrikam's directory."""
    return entra.neighbour()


@pytest.fixture
def both_active(
    shared, scim, foreign_scim, contoso, fabrikam, consultant, entra, mallory, browser
):
    """Ann at Contoso and Fabrikam, each of which signs her in with its own Entra.

    Returns her paths there.
    """
    browser.client.get("/who/")
    here = linked(scim, entra.person.object_id)
    fabrikam.members.add(consultant)
    there = linked(foreign_scim, mallory.person.object_id)
    for environment, directory in ((contoso, entra), (fabrikam, mallory)):
        connect(environment, directory)
        activate(environment)
    return here, there


@pytest.fixture(autouse=True)
def _pages(settings, browser, shared):
    settings.ROOT_URLCONF = "tests.support.shared_product"


def places_of(client, *environments):
    return [is_in(client, environment) for environment in environments]


class TestWithEntra:
    def test_one_environment_s_entra_opens_it_alone(
        self, both_active, browser, contoso, fabrikam, consultant
    ):
        """Mallory signs in as Ann by her own directory, and enters the first one."""
        browser.sign_in(fabrikam)

        assert browser.user_id == consultant.pk
        assert places_of(browser.client, contoso, fabrikam) == [False, True]
        for environment, expected in ((contoso, False), (fabrikam, True)):
            answer = browser.client.post("/asked/", {"environment": environment.pk})
            assert answer.json() == {"may_enter": expected}

        browser.sign_in(contoso)

        assert places_of(browser.client, contoso, fabrikam) == [True, False]

    def test_each_finds_her_by_its_own_link(
        self, both_active, browser, contoso, consultant, entra, mallory
    ):
        """The object ID that Contoso knows means nobody at Fabrikam, and vice versa."""
        entra.keys.changed_claims = {"oid": mallory.person.object_id}

        browser.sign_in(contoso)

        assert browser.user_id is None

    def test_deactivated_by_one_she_goes_on_at_the_other(
        self, both_active, browser, contoso, fabrikam, foreign_scim, scim
    ):
        """Mallory deactivates Ann; then Ann's employer does."""
        here, there = both_active
        browser.sign_in(contoso)
        assert foreign_scim.patch(there, active(False)).status_code == 200
        assert places_of(browser.client, contoso, fabrikam) == [True, False]
        foreign_scim.patch(there, active(True))

        assert scim.patch(here, active(False)).status_code == 200

        assert places_of(browser.client, contoso, fabrikam) == [False, False]
        assert browser.user_id is None
        scim.patch(here, active(True))
        assert browser.user_id is None  # that session has ended
        browser.sign_in(fabrikam)
        assert places_of(browser.client, contoso, fabrikam) == [False, True]

    def test_her_session_at_another_one_lasts(
        self, both_active, browser, contoso, fabrikam, scim, consultant
    ):
        """Ann's employer deactivates her; she goes on by Mallory's sessions, there."""
        here, _there = both_active
        browser.sign_in(fabrikam)

        scim.patch(here, active(False))

        assert browser.user_id == consultant.pk
        assert places_of(browser.client, contoso, fabrikam) == [False, True]
        ended = EntraSession.objects.filter(ended_at=None)
        assert [one.environment for one in ended] == [fabrikam]

    def test_unlinked_by_one(self, both_active, browser, contoso, fabrikam, scim):
        here, _there = both_active
        browser.sign_in(contoso)

        scim.delete(here)

        assert browser.user_id is None
        browser.sign_in(fabrikam)
        assert places_of(browser.client, contoso, fabrikam) == [False, True]

    def test_who_leaves_a_membership_leaves_its_sessions(
        self, both_active, browser, fabrikam, consultant
    ):
        browser.sign_in(fabrikam)

        fabrikam.members.remove(consultant)

        assert browser.user_id is None

    def test_the_tab_of_another_one_is_not_there(
        self, both_active, browser, contoso, fabrikam, consultant
    ):
        """Mallory's session opens no settings of Contoso, whatever permissions Ann has."""
        consultant.is_staff = True
        consultant.save()
        consultant.user_permissions.set(
            Permission.objects.filter(
                codename__in=("view_environment", "change_environment")
            )
        )
        browser.sign_in(fabrikam)

        answers = [
            browser.client.get(
                reverse("admin:entra_tab:set_up", args=[environment.pk])
            ).status_code
            for environment in (contoso, fabrikam)
        ]

        assert answers == [404, 200]


class TestWithPasswords:
    def test_a_password_opens_what_does_not_demand_entra(
        self, both_active, contoso, fabrikam, consultant
    ):
        """One environment is active and another is not: the stricter one never loses."""
        assert not Client().login(username=consultant.username, password="secret")
        EntraConnection.objects.for_environment(fabrikam).update(activated_at=None)
        client = Client()

        assert client.login(username=consultant.username, password="secret")

        assert places_of(client, contoso, fabrikam) == [False, True]

    def test_a_password_opens_none_that_is_left(
        self, consultant, contoso, fabrikam, foreign_scim, at_fabrikam
    ):
        client = password_session(consultant)
        assert places_of(client, contoso, fabrikam) == [True, True]

        foreign_scim.patch(at_fabrikam, active(False))

        assert places_of(client, contoso, fabrikam) == [True, False]
        assert not access.is_refused(consultant)

    def test_with_nothing_left_all_of_it_ends(
        self, consultant, contoso, fabrikam, scim, foreign_scim, at_contoso, at_fabrikam
    ):
        client = password_session(consultant)
        for entra_of, path in ((scim, at_contoso), (foreign_scim, at_fabrikam)):
            entra_of.patch(path, active(False))

        assert places_of(client, contoso, fabrikam) == [False, False]
        # A product that saves an old copy of the account lets nobody in by that.
        consultant.is_active = True
        consultant.save()
        assert access.is_refused(consultant)
        scim.patch(at_contoso, active(True))
        assert places_of(client, contoso, fabrikam) == [False, False]
        again = password_session(consultant)
        assert places_of(again, contoso, fabrikam) == [True, False]

    def test_a_session_from_a_foreign_environment(
        self, consultant, at_contoso, fabrikam
    ):
        """Who does not belong there is nobody there."""
        assert not is_in(password_session(consultant), fabrikam)

    def test_a_token_without_a_session(
        self, consultant, contoso, fabrikam, foreign_scim, at_fabrikam
    ):
        """The same question, where a product knows people by a header."""
        request = RequestFactory().get("/")
        request.user, request.session = consultant, {}
        foreign_scim.patch(at_fabrikam, active(False))

        answers = [access.may_enter(request, one) for one in (contoso, fabrikam)]

        assert answers == [True, False]

    def test_the_admin_looks_at_all(self, shared, contoso, fabrikam, admin):
        client = password_session(admin)

        assert places_of(client, contoso, fabrikam) == [True, True]


class TestWithoutTheHook:
    def test_who_belongs_may_enter(self, settings, ann, contoso, fabrikam):
        settings.ENTRA_SCIM_POLICY = "example_project.product.policy.Policy"
        request = RequestFactory().get("/")
        request.user, request.session = ann, {}

        answers = [access.may_enter(request, one) for one in (contoso, fabrikam)]

        assert answers == [True, False]


def test_the_page_is_asked_about_once_more(
    shared, consultant, contoso, fabrikam, settings
):
    """Middleware that looks at the user before the view is known lets nobody in."""
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "tests.support.shared_product.EarlyMiddleware",
    ]
    settings.ENTRA_SCIM_POLICY = "tests.support.shared_product.LatePolicy"
    client = password_session(consultant)

    assert places_of(client, contoso, fabrikam) == [True, False]


def test_a_password_proves_nothing_where_entra_is_demanded(
    both_active, browser, contoso, fabrikam, consultant
):
    """It is the account's, and opens nothing of Fabrikam's."""
    EntraConnection.objects.for_environment(contoso).update(activated_at=None)
    consultant.is_staff = True
    consultant.save()
    consultant.user_permissions.set(Permission.objects.all())
    browser.sign_in(fabrikam)
    age(browser.client)

    page = browser.client.get(reverse("admin:entra_tab:set_up", args=[fabrikam.pk]))

    sign_in = reverse("entra_scim_oidc:environment-sign-in", args=[fabrikam.pk])
    assert sign_in in page.text
    assert "own_password" not in page.text
