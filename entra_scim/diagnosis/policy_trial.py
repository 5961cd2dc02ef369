"""Try a policy's hooks on a person who is made up, and say what is wrong with them.

All of it is undone. What Entra would do to a first person is done with the same code,
so that mistakes show before somebody real is created by them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from entra_scim.accounts import places
from entra_scim.conf import conf
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import Received
from entra_scim.document.arriving import value_of
from entra_scim.document.documents import Document
from entra_scim.models import EnvironmentRole, ProvisionedUser, ProvisioningEvent
from entra_scim.people import provisioning
from entra_scim.people.edits import Edit
from entra_scim.policy import ProvisioningPolicy, get_policy
from entra_scim.roles import memberships, product_roles
from entra_scim.text import comparison_keys

from . import side_effects

T = TypeVar("T")


def made_up_address(environment: AnyEnvironment) -> str:
    """Return an address that nobody has, at the domain of somebody of an environment."""
    email = get_user_model().get_email_field_name()
    people = get_policy().users_of(environment).exclude(**{email: ""})
    known = people.order_by("pk").values_list(email, flat=True).first() or ""
    domain = known.rpartition("@")[2] or "example.com"
    return f"policy.trial.{uuid.uuid4().hex[:8]}@{domain}"


def problems_of(environment: AnyEnvironment, address: str) -> list[str]:
    """Return what is wrong with the policy, as somebody with an address shows it.

    Nothing of it stays, and no mail is sent by Django.
    """
    trial = _Trial(environment, address)
    with side_effects.noticed() as noticed, transactions.rehearsal():
        trial.play()
    return [*trial.problems, *noticed.problems()]


class _Stop(Exception):
    """What follows would only repeat what has been said."""


class _Trial:
    def __init__(self, environment: AnyEnvironment, address: str) -> None:
        self.environment, self.address = environment, address
        self.policy: ProvisioningPolicy = get_policy()
        self.problems: list[str] = []
        self.resource_id = uuid.uuid4()

    def play(self) -> None:
        try:
            self.check_admins()
            self.check_environment()
            user = self.created()
            self.check_belonging(user, "create_user")
            self.check_account(user)
            self.check_names(user)
            self.check_roles(user)
            self.check_leaving()
        except _Stop:
            pass

    def check_admins(self) -> None:
        model = get_user_model()
        names = {field.name for field in model._meta.concrete_fields}
        if "is_superuser" in names:
            for admin in model._default_manager.filter(is_superuser=True)[:100]:
                if not self.asked("is_exempt", partial(self.policy.is_exempt, admin)):
                    self.say(
                        f"is_exempt lets Entra manage the superuser {admin}: "
                        "the directory decides about that account."
                    )
                    return
        elif type(self.policy).is_exempt is ProvisioningPolicy.is_exempt:
            self.say(
                "Nobody is exempt: the user model has no column is_superuser. Let "
                "is_exempt tell who administers the product."
            )

    def check_environment(self) -> None:
        policy, environment = self.policy, self.environment
        if not self.asked(
            "owns_address", lambda: policy.owns_address(environment, self.address)
        ):
            self.say(
                f"owns_address does not let the environment have {self.address}: name "
                "an address of this customer with --email."
            )
            raise _Stop
        if not self.asked(
            "accepts_provisioning", lambda: policy.accepts_provisioning(environment)
        ):
            self.say("accepts_provisioning pauses this environment now.")
        self.asked(
            "administrators_of", lambda: list(policy.administrators_of(environment)[:1])
        )
        allowed = self.asked(
            "grantable_groups", lambda: set(policy.grantable_groups(environment))
        )
        offered = self.asked(
            "assignable_roles", lambda: product_roles.offered(environment)
        )
        for role in EnvironmentRole.objects.for_environment(environment):
            if offered is not None and role.target not in offered:
                self.say(
                    f"assignable_roles lacks {role.product_role!r} of the role "
                    f"{role.value}, which gives nothing."
                )
            if role.group is not None and role.group not in allowed:
                self.say(
                    f"grantable_groups lacks the group {role.group} of the role "
                    f"{role.value}, which grants it all the same."
                )

    def created(self) -> Any:
        document: Document = {
            "userName": self.address,
            "externalId": str(uuid.uuid4()),
            "name": {"givenName": "Policy", "familyName": "Trial"},
            "displayName": "Policy Trial",
            "emails": [{"type": "work", "value": self.address, "primary": True}],
            "roles": [
                {"value": role.value}
                for role in EnvironmentRole.objects.for_environment(self.environment)
            ],
        }
        self.document = document
        person = self.asked(
            "Creating somebody",
            lambda: provisioning.create(
                self.environment, document, Received(roles=True)
            ),
        )
        self.resource_id = person.pk
        return self.account()

    def check_belonging(self, user: Any, after: str) -> None:
        policy, environment = self.policy, self.environment
        found = self.asked(
            "environments_of", lambda: list(policy.environments_of(user))
        )
        if found != [environment]:
            names = ", ".join(map(str, found)) or "none"
            self.say(
                f"After {after}, environments_of returns {names} instead of "
                f"{environment}: Entra could neither change the person nor let them in."
            )
            raise _Stop
        if self.asked("is_exempt", lambda: policy.is_exempt(user)):
            self.say(
                f"After {after}, is_exempt says that Entra must not manage the person."
            )
            raise _Stop
        if not self.is_among(environment, user):
            self.say(
                f"After {after}, users_of({environment}) lacks the person, who is not "
                "counted and not shown in the tab."
            )
        others = apps.get_model(conf.ENVIRONMENT_MODEL)._default_manager.exclude(
            pk=environment.pk
        )
        for other in others[:10]:
            if self.is_among(other, user):
                self.say(f"After {after}, users_of({other}) has the person as well.")

    def is_among(self, environment: AnyEnvironment, user: Any) -> bool:
        return bool(
            self.asked(
                "users_of",
                lambda: self.policy.users_of(environment).filter(pk=user.pk).exists(),
            )
        )

    def check_account(self, user: Any) -> None:
        if user.has_usable_password():
            self.say(
                "create_user leaves a usable password: call set_unusable_password()."
            )
        email = getattr(user, user.get_email_field_name())
        if not comparison_keys.same_address(email or "", self.address):
            self.say(f"The person has the address {email!r} instead of {self.address}.")
        if not user.is_active:
            self.say("The person is not active, though Entra says so.")
        try:
            user.full_clean(exclude=["password"])
        except ValidationError as error:
            told = "; ".join(
                f"{name}: {' '.join(texts)}"
                for name, texts in error.message_dict.items()
            )
            self.say(f"Your own forms could not save the person ({told}).")

    def check_names(self, user: Any) -> None:
        fields = self.policy.profile_fields()
        there = {name for name in fields if hasattr(user, name)}
        is_own = type(self.policy).apply_profile is not ProvisioningPolicy.apply_profile
        for name in sorted(fields.keys() - there):
            if not is_own:
                self.say(
                    f"The user model has no field {name!r}: {fields[name]} of Entra is "
                    "kept nowhere. Let profile_fields name the field that is there."
                )
        for name in sorted(there):
            expected = value_of(self.document, fields[name])[1]
            if not is_own and expected and getattr(user, name) != expected:
                self.say(
                    f"The field {name} is {getattr(user, name)!r}, not {expected!r}."
                )

    def check_roles(self, user: Any) -> None:
        groups = set(
            EnvironmentRole.objects.for_environment(self.environment)
            .exclude(group=None)
            .values_list("group_id", flat=True)
        )
        if memberships.held(user, groups) != groups:
            self.say("The person does not have the groups of all roles.")

    def check_leaving(self) -> None:
        self.change("active", False)
        user = self.account()
        event = ProvisioningEvent.objects.for_environment(self.environment)
        if (
            "hook_failed"
            in (event.order_by("-pk").first() or ProvisioningEvent()).changes
        ):
            self.say("deactivate fails, and is_active is set instead: see the log.")
        elif user.is_active:
            self.say(
                "deactivate leaves is_active True: whatever asks only for that lets "
                "the person in."
            )
        if self.policy.shares_people() and self.policy.is_member(
            user, self.environment
        ):
            self.say("is_member says that somebody may enter after suspend.")
        self.check_belonging(user, "deactivate")
        self.change("active", True)
        account = self.account()
        if not account.is_active:
            self.say("reactivate leaves is_active False.")
        elif not places.is_let_in(self.policy, account, self.environment):
            self.say("is_member says that somebody may not enter after resume.")
        self.asked(
            "Unlinking the person",
            lambda: provisioning.release(self.environment, self.resource_id),
        )
        former = get_user_model()._base_manager.get(pk=user.pk)
        if former.is_active:
            self.say("The person is active after Entra has deleted them.")

    def change(self, attribute: str, value: Any) -> None:
        def changed(old: Document) -> Document:
            return {**old, attribute: value}

        edit = Edit(
            received=Received(active=True, deactivates=value is False),
            whole=changed,
            where_possible=lambda old: (changed(old), []),
        )
        self.asked(
            f"Changing {attribute} to {value}",
            lambda: provisioning.change(self.environment, self.resource_id, edit),
        )

    def account(self) -> Any:
        return ProvisionedUser.objects.get(pk=self.resource_id).user

    def asked(self, what: str, question: Callable[[], T]) -> T:
        """Return what a hook says. One that fails is a problem, and ends the trial."""
        try:
            with transactions.attempt():
                return question()
        except Exception as error:
            self.say(f"{what} failed: {type(error).__name__}: {error}")
            raise _Stop from error

    def say(self, problem: str) -> None:
        self.problems.append(problem)
