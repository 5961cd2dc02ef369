"""The command that tries a policy, on products that share people or keep roles."""

from __future__ import annotations

import threading
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import CommandError, call_command
from django.db.models.signals import post_save

from tests.support import own_roles, shared_product
from tests.support.factories import RoleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(contoso):
    """Run the command, and return what it says is wrong."""

    def run():
        output = StringIO()
        try:
            call_command("entra_check_policy", contoso.pk, stdout=output)
        except CommandError:
            return output.getvalue()
        return ""

    return run


class NeverSuspends(shared_product.Policy):
    def suspend(self, user, environment):
        """Keep the membership as it is."""


class NeverResumes(shared_product.Policy):
    def resume(self, user, environment):
        """Keep the membership suspended."""


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (NeverSuspends, "is_member says that somebody may enter after suspend."),
        (NeverResumes, "is_member says that somebody may not enter after resume."),
    ],
)
def test_a_membership_that_stays_as_it_is(check, shared, settings, policy, said):
    settings.ENTRA_SCIM_POLICY = f"{__name__}.{policy.__name__}"

    assert said in check()


def test_a_role_that_is_not_offered(check, settings, contoso):
    """It gives nothing: the product does not have it any more."""
    RoleFactory(environment=contoso, value="Gone")
    own_roles.use(
        settings,
        assignable_roles=lambda self, environment: {"editor": "Editor"},
        assign_roles=lambda *arguments: None,
    )

    assert "assignable_roles lacks 'Gone' of the role Gone" in check()


def test_mail_of_another_thread_is_kept_back(check):
    """Nobody gets it, no matter which code sends it."""

    def welcome(instance, **kwargs):
        arguments = ("Welcome", "", None, [instance.email])
        thread = threading.Thread(target=mail.send_mail, args=arguments)
        thread.start()
        thread.join()

    post_save.connect(welcome, get_user_model())
    try:
        check()
    finally:
        post_save.disconnect(welcome, get_user_model())

    assert mail.outbox == []
