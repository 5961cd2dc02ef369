"""The command that tries a policy, on products whose policy has a fault."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.utils.module_loading import import_string

from entra_scim import checks
from entra_scim.conf import conf
from entra_scim.models import ProvisionedUser, ProvisioningEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(contoso):
    """Run the command, and return what it says is wrong."""

    def run(*options):
        output = StringIO()
        try:
            call_command("entra_check_policy", contoso.pk, *options, stdout=output)
        except CommandError:
            return output.getvalue()
        return ""

    return run


@pytest.fixture
def policy(settings):
    """Add hooks to the policy that the product has."""

    def add(**hooks):
        base = import_string(conf.POLICY)
        sys.modules[__name__].Faulty = type("Faulty", (base,), hooks)
        settings.ENTRA_SCIM_POLICY = f"{__name__}.Faulty"

    return add


def fields(**named):
    """Return the hook for the names, in whichever fields the product has."""
    return lambda self: named


@pytest.fixture
def names(policy):
    """Keep the names in a field that there is."""
    if not hasattr(get_user_model(), "first_name"):
        policy(profile_fields=fields(full_name="displayName"))


@pytest.mark.usefixtures("names")
def test_a_policy_without_faults(check, ann, roles):
    """Nothing of the trial stays."""
    events = ProvisioningEvent.objects.count()

    assert check() == ""

    assert list(get_user_model().objects.all()) == [ann]
    assert not ProvisionedUser.objects.exists()
    assert ProvisioningEvent.objects.count() == events


@pytest.mark.usefixtures("names", "several_environments")
class TestBelonging:
    def test_nowhere(self, check, policy):
        """The most frequent mistake: ``create_user`` makes no membership."""

        def create_user(self, environment, username, email):
            user = get_user_model()(username=username, email=email)
            user.set_unusable_password()
            user.save()
            return user

        policy(create_user=create_user)

        assert "environments_of returns none instead of Contoso" in check()

    def test_lost_with_the_access(self, check, policy):
        """The person could not be reactivated."""

        def deactivate(self, user, environment):
            user.is_active = False
            environment.members.remove(user)

        policy(deactivate=deactivate)

        assert "After deactivate, environments_of returns none" in check()

    def test_in_the_list_of_others(self, check, policy, fabrikam):
        policy(users_of=lambda self, environment: get_user_model().objects.all())

        assert "users_of(Fabrikam) has the person as well" in check()

    def test_in_no_list(self, check, policy):
        policy(users_of=lambda self, environment: get_user_model().objects.none())

        assert "users_of(Contoso) lacks the person" in check()


def raising(self, *arguments):
    raise LookupError("no seat")


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ({"apply_profile": raising}, "Creating somebody failed: LookupError: no seat"),
        ({"users_of": raising}, "failed: LookupError"),
        ({"deactivate": raising}, "deactivate fails"),
        ({"deactivate": lambda *arguments: None}, "deactivate leaves is_active True"),
        ({"reactivate": lambda *arguments: None}, "reactivate leaves is_active False"),
        ({"owns_address": lambda *arguments: False}, "owns_address"),
        ({"accepts_provisioning": lambda *arguments: False}, "pauses"),
        ({"is_exempt": lambda self, user: not user.is_superuser}, "is_exempt says"),
        ({"profile_fields": fields(nick="displayName")}, "no field 'nick'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_hook_with_a_fault(check, policy, hooks, said):
    policy(**hooks)

    assert said in check("--email", "eve@contoso.example")


@pytest.mark.usefixtures("names")
def test_an_admin_whom_entra_could_take(check, policy, admin):
    policy(is_exempt=lambda self, user: False)

    assert f"superuser {admin}" in check()


@pytest.mark.usefixtures("names")
@pytest.mark.usefixtures("names", "several_environments")
def test_an_admin_whom_it_cannot_take(check, admin, fabrikam):
    """Nor is anybody of another environment in the way."""
    assert check() == ""


def test_a_role_whose_group_is_nobody_s(check, policy, roles):
    policy(grantable_groups=lambda self, environment: Group.objects.none())

    assert "grantable_groups lacks the group Viewer" in check()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "x@contoso.example"}, "has the address 'x@contoso.example'"),
        ({"is_active": False}, "The person is not active"),
        ({"email": "nowhere"}, "Your own forms could not save the person (email: "),
    ],
)
def test_a_profile_that_is_not_entra_s(check, policy, changes, said):
    """What the hook changes beyond the profile."""
    if "forms" in said and not hasattr(get_user_model(), "first_name"):
        pytest.skip("This product's own forms take any text for an address.")

    def apply_profile(self, user, document):
        for name, value in changes.items():
            setattr(user, name, value)

    policy(apply_profile=apply_profile, profile_fields=fields(nothing="displayName"))

    assert said in check()


def test_a_model_that_changes_what_it_saves(check, names):
    name = "first_name" if hasattr(get_user_model(), "first_name") else "full_name"

    def shout(instance, **kwargs):
        setattr(instance, name, getattr(instance, name).upper())

    pre_save.connect(shout, get_user_model())
    try:
        assert f"The field {name} is 'POLICY" in check()
    finally:
        pre_save.disconnect(shout, get_user_model())


def test_groups_that_are_taken_again(check, names, roles):
    def take(instance, action, pk_set, **kwargs):
        if action == "post_add":
            instance.groups.remove(*pk_set)

    through = get_user_model().groups.through
    m2m_changed.connect(take, through)
    try:
        assert "does not have the groups of all roles" in check()
    finally:
        m2m_changed.disconnect(take, through)


def test_a_password_that_works(check, policy):
    def create_user(self, environment, username, email):
        user = super(sys.modules[__name__].Faulty, self).create_user(
            environment, username, email
        )
        user.set_password("welcome")
        user.save()
        return user

    policy(create_user=create_user)

    assert "usable password" in check()


@pytest.mark.usefixtures("names")
def test_mail_inside_the_transaction(check):
    """It is told, and not sent."""

    def welcome(instance, created, **kwargs):
        if created:
            mail.send_mail("Welcome", "", None, [instance.email])

    post_save.connect(welcome, get_user_model())
    try:
        said = check()
    finally:
        post_save.disconnect(welcome, get_user_model())

    assert "Mail is sent ('Welcome') inside the transaction" in said
    assert mail.outbox == []


def greet(instance, **kwargs):
    """Tell another service, which is down."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", 9)):
        pass


def log(instance, **kwargs):
    subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("receiver", "does"),
    [(greet, "connects to 127.0.0.1"), (log, f"starts {sys.executable}")],
)
def test_other_services_inside_the_transaction(check, receiver, does):
    """With the name of what calls them."""
    post_save.connect(receiver, get_user_model())
    try:
        said = check()
    finally:
        post_save.disconnect(receiver, get_user_model())

    assert f"{__name__}.{receiver.__name__} {does} inside the transaction" in said
    assert said.count("inside the transaction") == 1


@pytest.mark.usefixtures("names")
def test_they_may_be_called_afterwards(check):
    def later(instance, **kwargs):
        transaction.on_commit(lambda: greet(instance))

    post_save.connect(later, get_user_model())
    try:
        assert check() == ""
    finally:
        post_save.disconnect(later, get_user_model())


@pytest.mark.usefixtures("names")
def test_a_deployment_checks_it(contoso, ann, policy):
    """If somebody can be tried."""

    def found():
        messages = checks.check_policy_on_trial(None, databases=["default"])
        return [message.msg for message in messages]

    assert checks.check_policy_on_trial(None, databases=[]) == []
    assert found() == []
    policy(apply_profile=raising)
    [said] = found()
    assert "LookupError: no seat" in said
    policy(owns_address=lambda *arguments: False)
    assert found() == []
    contoso.delete()
    assert found() == []


@pytest.mark.usefixtures("names")
def test_the_domain_is_one_of_the_customer_s(check, policy, ann):
    """So that a policy that knows domains is content."""
    policy(owns_address=lambda s, e, email: email.endswith("@contoso.example"))

    assert check() == ""
    assert "name an address" in check("--email", "eve@elsewhere.example")


def test_names_that_are_kept_nowhere(check):
    if hasattr(get_user_model(), "first_name"):
        assert check() == ""
    else:
        assert "no field 'first_name'" in check()


def test_an_environment_that_is_not_there():
    name = apps.get_model(conf.ENVIRONMENT_MODEL)._meta.verbose_name
    with pytest.raises(CommandError, match=f"There is no {name}"):
        call_command("entra_check_policy", "0")
