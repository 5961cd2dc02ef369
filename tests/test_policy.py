"""A product's own rules, and what it may answer."""

from __future__ import annotations

import sys

import pytest
from django.contrib.auth import get_user_model
from django.http import Http404
from django.utils.module_loading import import_string

from entra_scim import signals
from entra_scim.access import managed_fields
from entra_scim.conf import conf
from entra_scim.exceptions import ProvisioningError
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.policy import ProvisioningPolicy, get_policy
from tests.support.policies import create

pytestmark = pytest.mark.django_db


HOOKS = [name for name in vars(ProvisioningPolicy) if not name.startswith("_")]


class SeatsTaken(ProvisioningError):
    code = "seats_taken"
    message = "All seats of this environment are taken. Order more, or free one."


class ExamplePolicy(ProvisioningPolicy):
    """The example of the documentation, for whichever product the tests have."""

    def create_user(self, environment, username, email):
        if email.startswith("late"):
            raise SeatsTaken
        return super().create_user(environment, username, email)

    def apply_profile(self, user, attributes):
        super().apply_profile(user, attributes)
        setattr(user, LAST_NAME, (attributes.get("title") or "").upper())

    def owns_address(self, environment, email):
        return email.rpartition("@")[2].lower() == "contoso.example"

    def deactivate(self, user, environment):
        super().deactivate(user, environment)
        user.is_staff = False


class BrokenPolicy(ProvisioningPolicy):
    """Leaves a column empty that must not be."""

    def create_user(self, environment, username, email):
        user = super().create_user(environment, username, email)
        get_user_model().objects.filter(pk=user.pk).update(password=None)
        return user

    def apply_profile(self, user, attributes):
        if attributes.get("title"):
            user.password = None


class LostPolicy(ProvisioningPolicy):
    """Misses something of the product's own, and says so as views do."""

    def deactivate(self, user, environment):
        raise Http404


LAST_NAME = "last_name" if hasattr(get_user_model(), "last_name") else "full_name"


@pytest.fixture
def policy(settings):
    settings.ENTRA_SCIM_POLICY = "tests.test_policy.ExamplePolicy"


def test_every_hook_is_documented():
    """From these docstrings, the reference of hooks and signals is made."""
    for hook in HOOKS:
        assert "ransaction" in vars(ProvisioningPolicy)[hook].__doc__
    for signal in vars(signals):
        if signal.startswith(("user_", "roles_")):
            assert f"``{signal}``" in signals.__doc__


def test_the_policy_may_refuse_a_person(policy, scim):
    """The administrator reads the product's own reason; nobody is created."""
    response = create(scim, "late")

    assert response.status_code == 400
    assert response.json()["scimType"] == "invalidValue"
    assert "All seats" in response.json()["detail"]
    assert ProvisioningEvent.objects.get(reason="seats_taken").count == 1
    assert not get_user_model().objects.exists()


def test_a_constraint_that_the_policy_breaks_is_no_conflict(
    scim, settings, ann, caplog
):
    """Entra is not told that an address is taken; the developer reads what is wrong."""
    settings.ENTRA_SCIM_POLICY = "tests.test_policy.BrokenPolicy"

    created = create(scim, "eve")
    linked = scim.post("/Users", {"userName": ann.email}).json()
    path = f"/Users/{linked['id']}"
    changed = scim.patch(path, {"op": "Replace", "path": "title", "value": "Boss"})
    left = scim.patch(
        path,
        {"op": "Replace", "path": "title", "value": "Boss"},
        {"op": "Replace", "path": "active", "value": "False"},
    )

    assert [created.status_code, changed.status_code, left.status_code] == [
        500,
        500,
        200,
    ]
    assert "IntegrityError" in caplog.text
    ann.refresh_from_db()
    assert not ann.is_active


def test_what_a_hook_raises_is_no_answer_for_entra(scim, settings):
    """Entra would take a 404 for a deletion that worked, and never try again."""
    path = f"/Users/{create(scim, 'eve').json()['id']}"
    user = ProvisionedUser.objects.get().user
    settings.ENTRA_SCIM_POLICY = "tests.test_policy.LostPolicy"

    assert scim.delete(path).status_code == 204

    user.refresh_from_db()
    assert not user.is_active
    assert scim.get(path).status_code == 404


class FailingPolicy(ProvisioningPolicy):
    """Asks something that does not answer."""

    def apply_profile(self, user, attributes):
        raise OSError("secret words")


@pytest.mark.parametrize(
    "rest", [[], [{"op": "Replace", "path": "title", "value": "Boss"}]]
)
def test_a_hook_that_fails_keeps_nobody_in(scim, settings, caplog, rest):
    """Entra would repeat the request, and the leaver keep their access."""
    path = f"/Users/{create(scim, 'eve').json()['id']}"
    settings.ENTRA_SCIM_POLICY = "tests.test_policy.FailingPolicy"

    response = scim.patch(
        path, *rest, {"op": "Replace", "path": "active", "value": False}
    )

    assert response.status_code == 200
    assert "title" not in response.json()
    assert not get_user_model().objects.get().is_active
    event = ProvisioningEvent.objects.order_by("-pk").first()
    assert event.kind == ProvisioningEvent.Kind.DEACTIVATED
    assert ("support of this product" in str(event.changes)) == bool(rest)
    assert "secret words" not in str(event.changes)
    assert ("OSError" in caplog.text) == bool(rest)

    assert scim.patch(
        path, *rest, {"op": "Replace", "path": "active", "value": True}
    ).status_code == (500 if rest else 200)


def test_the_policy_may_keep_more_of_a_profile(policy, scim):
    """What it sets is saved, changes with Entra, and is cleared with Entra."""
    path = f"/Users/{create(scim, 'eve', title='Boss').json()['id']}"
    user = get_user_model().objects.get()
    assert getattr(user, LAST_NAME) == "BOSS"

    scim.patch(path, {"op": "Remove", "path": "title"})

    user.refresh_from_db()
    assert getattr(user, LAST_NAME) == ""


class TitlePolicy(ProvisioningPolicy):
    """Keeps the name in one field, and a department in place of another."""

    def profile_fields(self):
        department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        return {LAST_NAME: "displayName", "first_name": f"{department}:department"}


def test_fields_are_named_by_their_attributes(scim, settings):
    """They are set, cleared, checked for their length, and kept from being edited."""
    settings.ENTRA_SCIM_POLICY = "tests.test_policy.TitlePolicy"

    path = f"/Users/{create(scim, 'eve', displayName='Eve Adams').json()['id']}"
    user = get_user_model().objects.get()
    assert getattr(user, LAST_NAME) == "Eve Adams"
    assert LAST_NAME in managed_fields(user)
    too_long = {"op": "Replace", "path": "displayName", "value": "x" * 400}
    refused = scim.patch(path, too_long)
    assert refused.status_code == 400
    assert "displayName" in refused.json()["detail"]
    if hasattr(user, "first_name"):
        department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        scim.patch(
            path,
            {"op": "Add", "path": f"{department}:department", "value": "Sales"},
        )
        user.refresh_from_db()
        assert user.first_name == "Sales"

    scim.patch(path, {"op": "Remove", "path": "displayName"})

    user.refresh_from_db()
    assert getattr(user, LAST_NAME) == ""


def test_the_policy_says_which_addresses_are_the_customer_s(policy, scim):
    """An administrator of a directory can write any address into it."""
    response = scim.post("/Users", {"userName": "victim@fabrikam.example"})
    assert response.status_code == 400
    assert "domain" in response.json()["detail"]

    path = f"/Users/{create(scim, 'eve').json()['id']}"
    change = {"op": "Replace", "path": "userName", "value": "eve@fabrikam.example"}
    assert scim.patch(path, change).status_code == 400
    assert scim.get(path).json()["userName"] == "eve@contoso.example"


def test_the_policy_may_do_more_to_leavers(policy, scim):
    """Deactivation is a hook, in the same transaction."""
    path = f"/Users/{create(scim, 'eve').json()['id']}"
    user = get_user_model().objects.get(email="eve@contoso.example")
    user.is_staff = True
    user.save()

    scim.patch(path, {"op": "Replace", "path": "active", "value": False})

    user.refresh_from_db()
    assert not user.is_active
    assert not user.is_staff


@pytest.mark.parametrize(
    ("flags", "may"),
    [
        ({}, False),
        ({"is_superuser": True}, True),
        ({"is_superuser": True, "is_active": False}, False),
    ],
)
def test_who_sees_the_tab_in_the_product_s_own_pages(contoso, ann, rf, flags, may):
    """Without permissions, superusers alone."""
    for name, value in flags.items():
        setattr(ann, name, value)
    request = rf.get("/")
    request.user = ann

    assert get_policy().may_view(request, contoso) is may
    assert get_policy().may_change(request, contoso) is may


def test_roles_go_by_their_names_unless_the_product_lists_some(contoso):
    assert get_policy().assignable_roles(contoso) is None


class SuspendingPolicy(ProvisioningPolicy):
    """Knows whom staff suspended: here, everybody who is inactive."""

    def may_reactivate(self, user, environment):
        return False


class TestSuspended:
    """What staff suspended is not revived by a directory, if the policy says so."""

    @pytest.fixture
    def suspending(self, settings, ann):
        base = import_string(conf.POLICY)
        name = type("Both", (SuspendingPolicy, base), {})
        sys.modules[__name__].BothPolicies = name
        settings.ENTRA_SCIM_POLICY = "tests.test_policy.BothPolicies"

    def refused(self, response):
        assert response.status_code == 409
        assert "may not reactivate" in response.json()["detail"]
        assert ProvisioningEvent.objects.filter(reason="reactivation_refused").exists()

    def test_somebody_never_linked_stays_out(self, suspending, scim, ann):
        ann.is_active = False
        ann.save()

        self.refused(scim.post("/Users", {"userName": ann.email}))

        ann.refresh_from_db()
        assert not ann.is_active
        inactive = {"userName": ann.email, "active": False}
        assert scim.post("/Users", inactive).status_code == 201

    def test_somebody_suspended_while_linked_stays_out(self, suspending, scim, ann):
        """Also if Entra deactivates and reactivates them."""
        path = f"/Users/{scim.post('/Users', {'userName': ann.email}).json()['id']}"
        get_user_model().objects.filter(pk=ann.pk).update(is_active=False)
        active = {"op": "Replace", "path": "active"}

        assert scim.patch(path, {**active, "value": False}).status_code == 200
        self.refused(scim.patch(path, {**active, "value": True}))

        ann.refresh_from_db()
        assert not ann.is_active

    def test_by_default_entra_decides(self, scim, ann):
        ann.is_active = False
        ann.save()

        assert scim.post("/Users", {"userName": ann.email}).status_code == 201

        ann.refresh_from_db()
        assert ann.is_active
