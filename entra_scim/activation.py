"""From passwords to Entra and back, without locking anybody out."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from . import (
    connection,
    credentials,
    events,
    gate,
    notifications,
    sign_in,
    transactions,
)
from .credentials import Credentials
from .models import EntraSettings, ProvisionedUser, ProvisioningEvent
from .models.entra_settings import TRIAL
from .models.environment import AnyEnvironment
from .policy import get_policy

_SHOWN = 20
"""How many names are a list that somebody reads. Each costs what the policy asks."""

COUNTED = 1000
"""How far people are counted who could not sign in. More is more, and costs more."""

Kind = ProvisioningEvent.Kind


class State(enum.StrEnum):
    INACTIVE = "inactive"
    TRIAL = "trial"
    ACTIVE = "active"


def state_of(settings: EntraSettings) -> State:
    """Return how far the activation is."""
    if not settings.is_active(timezone.now()):
        return State.INACTIVE
    return State.TRIAL if settings.confirmed_at is None else State.ACTIVE


def active_settings() -> models.QuerySet[EntraSettings]:
    """Return the settings of all environments that are active now."""
    return EntraSettings.objects.active(timezone.now()).select_related("environment")


def is_anybody_active() -> bool:
    """Tell whether anybody signs in with Entra."""
    return active_settings().exists()


@dataclass(frozen=True, kw_only=True)
class LockedOut:
    """Those who could not sign in any more: the first ones, and how many in all."""

    shown: list[Any]
    count: int
    """How many, up to :data:`COUNTED`; one more than that means "more"."""

    @property
    def is_more(self) -> bool:
        """Whether there are more people than are counted."""
        return self.count > COUNTED


def locked_out(environment: AnyEnvironment) -> LockedOut:
    """Return the active people of an environment whom Entra cannot sign in.

    They have no link, an inactive one, or one whose externalId is not the object
    ID by which a sign-in finds people. ``count`` may include people whom the gate
    lets through, such as the Admin; those shown do not.
    """
    links = ProvisionedUser.objects.filter(user_id=OuterRef("pk"))
    # Somebody whose link is another environment's signs in there.
    not_concerned = links.filter(
        Q(active=True, has_object_id=True) | ~Q(environment=environment)
    )
    people: models.QuerySet[Any] = (
        get_policy()
        .users_of(environment)
        .filter(~Exists(not_concerned), is_active=True)
        .order_by("pk")
    )
    first = list(people[: _SHOWN + 1])
    shown = [user for user in first if gate.environment_of(user) == environment]
    count = len(shown)
    if len(first) > _SHOWN:
        count += people[len(first) : COUNTED + 1 + len(first) - count].count()
    return LockedOut(shown=shown[:_SHOWN], count=count)


def start_trial(settings: EntraSettings, by: Any) -> None:
    """Activate the integration for half an hour, or until somebody confirms it.

    Call it when there are no obstacles, and a local Admin has just shown that they
    can sign in.
    """

    def begin(locked: EntraSettings) -> str | None:
        if state_of(locked) != State.INACTIVE:
            return None
        locked.activated_at = timezone.now()
        locked.activated_by = by
        locked.confirmed_at = None
        return Kind.TRIAL

    _change(
        settings,
        begin,
        _(
            "Signing in with Microsoft Entra is on trial for 30 minutes. The trial "
            "expires unless %(person)s signs in with Entra before then."
        )
        % {"person": _confirmer(settings.environment, by)},
        user=by,
    )


def note_sign_in(settings: EntraSettings, user: Any) -> None:
    """Confirm a trial by the sign-in of whoever began it.

    If they cannot sign in with this Entra, as the Admin, any administrator confirms.
    """
    if state_of(settings) != State.TRIAL or not _may_confirm(settings, user):
        return

    def confirm(locked: EntraSettings) -> str | None:
        if state_of(locked) != State.TRIAL:
            return None
        locked.confirmed_at = timezone.now()
        return Kind.CONFIRMED

    _change(
        settings,
        confirm,
        _("Signing in with Microsoft Entra is active. Passwords no longer work."),
        user=user,
    )


def confirmer_of(settings: EntraSettings) -> str:
    """Return in words whose sign-in confirms the trial."""
    return _confirmer(settings.environment, settings.activated_by)


def deactivate(settings: EntraSettings, by: Any = None) -> None:
    """Let people sign in with their passwords again. Credentials that wait are used.

    Sessions that were opened with Entra end.
    """
    _end(settings, by, lambda locked: locked.activated_at is not None)


def note_trial_end(settings: EntraSettings) -> None:
    """Tell that a trial is over which nobody confirmed. Passwords work since then."""
    if _is_over(settings):
        _end(settings, None, _is_over)


def note_ended_trials() -> None:
    """Tell of every trial that is over, whether or not somebody looks."""
    trials = EntraSettings.objects.filter(
        confirmed_at=None, activated_at__lte=timezone.now() - TRIAL
    )
    for settings in trials.select_related("environment"):
        note_trial_end(settings)


def record_test(settings: EntraSettings, tested: Credentials, user: Any) -> None:
    """Note that somebody provisioned signed in with these credentials.

    If they waited for that, they are in use from now on.
    """

    def note(locked: EntraSettings) -> str:
        waiting = credentials.waiting(locked)
        if waiting is not None and waiting.fingerprint == tested.fingerprint:
            credentials.use(locked, waiting)
        locked.tested_at = timezone.now()
        locked.tested_fingerprint = tested.fingerprint
        return Kind.SIGN_IN_TESTED

    _change(settings, note, "", user=user)


def _is_over(settings: EntraSettings) -> bool:
    ends_at = settings.trial_ends_at
    return ends_at is not None and ends_at <= timezone.now()


def _end(
    settings: EntraSettings, by: Any, applies: Callable[[EntraSettings], bool]
) -> None:
    def end(locked: EntraSettings) -> str | None:
        if not applies(locked):
            return None
        locked.activated_at = locked.confirmed_at = locked.activated_by = None
        if waiting := credentials.waiting(locked):
            credentials.use(locked, waiting)
        # Entra vouches for nobody from now on, perhaps because it cannot be trusted.
        sign_in.end_all_sessions(locked.environment)
        return Kind.ENDED

    _change(
        settings,
        end,
        _("Signing in with Microsoft Entra was ended. Passwords work again."),
        user=by,
    )


def _confirmer(environment: AnyEnvironment, began: Any) -> str:
    return str(began) if _signs_in(environment, began) else _("an administrator")


def _signs_in(environment: AnyEnvironment, began: Any) -> bool:
    """Tell whether whoever began a trial can sign in with the environment's Entra.

    Not so the Admin, somebody of several environments, and who is gone.
    """
    return began is not None and gate.environment_of(began) == environment


def _may_confirm(settings: EntraSettings, user: Any) -> bool:
    if settings.activated_by_id == user.pk:
        return True
    if _signs_in(settings.environment, settings.activated_by):
        return False
    administrators = get_policy().administrators_of(settings.environment)
    return administrators.filter(pk=user.pk).exists()


def _change(
    settings: EntraSettings,
    work: Callable[[EntraSettings], str | None],
    message: str,
    user: Any,
) -> None:
    """Change settings under a lock, with the event, and tell the administrators."""
    environment = settings.environment

    def in_transaction() -> bool:
        connection.lock(settings)
        kind = work(settings)
        if kind is None:
            return False
        settings.save()
        events.record(environment, kind, user=user, name=str(user) if user else "")
        return True

    if transactions.repeated(in_transaction) and message:
        notifications.tell_administrators(environment, message)
