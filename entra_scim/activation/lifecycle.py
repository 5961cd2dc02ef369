"""From passwords to Entra and back, without locking anybody out."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from entra_scim.connection import configuration, credentials, guide_links
from entra_scim.connection.credentials import Credentials
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import EntraConnection, ProvisionedUser, ProvisioningEvent
from entra_scim.models.entra_connection import TRIAL
from entra_scim.policy import get_policy
from entra_scim.sign_in import gate, sign_ins
from entra_scim.story import events, notifications

_ASKED = 20
"""How many administrators the policy is asked about, until one can sign in."""

Kind = ProvisioningEvent.Kind


class State(enum.StrEnum):
    INACTIVE = "inactive"
    TRIAL = "trial"
    ACTIVE = "active"


def state_of(settings: EntraConnection) -> State:
    """Return how far the activation is."""
    if not settings.is_active(timezone.now()):
        return State.INACTIVE
    return State.TRIAL if settings.confirmed_at is None else State.ACTIVE


def active_settings() -> models.QuerySet[EntraConnection]:
    """Return the settings of all environments that are active now."""
    return EntraConnection.objects.active(timezone.now()).select_related("environment")


def is_anybody_active() -> bool:
    """Tell whether anybody signs in with Entra."""
    return active_settings().exists()


def start_trial(settings: EntraConnection, by: Any) -> None:
    """Activate the integration for half an hour, or until somebody confirms it.

    Call it when there are no obstacles, and a local Admin has just shown that they
    can sign in.
    """

    def begin(locked: EntraConnection) -> str | None:
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
        % {"person": confirmer_if_begun_by(settings.environment, by)},
        user=by,
    )


def can_be_confirmed(environment: AnyEnvironment, by: Any) -> bool:
    """Tell whether somebody could confirm a trial that a person begins now."""
    if _signs_in(environment, by):
        return True
    administrators = (
        get_policy()
        .administrators_of(environment)
        .filter(Exists(_working_links(environment).filter(user_id=OuterRef("pk"))))
    )
    return any(
        gate.decides_about(environment, user) for user in administrators[:_ASKED]
    )


def note_sign_in(settings: EntraConnection, user: Any) -> bool:
    """Confirm a trial by the sign-in of the person who began it.

    If they cannot sign in with this Entra, such as the Admin, any administrator
    confirms.

    Returns:
        Whether this sign-in has confirmed the trial.
    """
    if state_of(settings) != State.TRIAL or not _may_confirm(settings, user):
        return False

    def confirm(locked: EntraConnection) -> str | None:
        if state_of(locked) != State.TRIAL:
            return None
        locked.confirmed_at = timezone.now()
        guide_links.end_all(locked.environment)
        return Kind.CONFIRMED

    return _change(
        settings,
        confirm,
        _("Signing in with Microsoft Entra is active. Passwords no longer work."),
        user=user,
    )


def minutes_left(settings: EntraConnection) -> int:
    """Return how many minutes of a trial are left, rounded up; 0 without one."""
    return math.ceil(seconds_left(settings) / 60)


def seconds_left(settings: EntraConnection) -> int:
    """Return how many seconds of a trial are left, rounded up; 0 without one."""
    left = (settings.trial_ends_at or timezone.now()) - timezone.now()
    return max(0, math.ceil(left.total_seconds()))


def confirmer_of(settings: EntraConnection) -> str:
    """Return in words whose sign-in confirms the trial."""
    return confirmer_if_begun_by(settings.environment, settings.activated_by)


def confirmer_if_begun_by(environment: AnyEnvironment, began: Any) -> str:
    """Return in words whose sign-in confirms a trial that a person begins."""
    return str(began) if _signs_in(environment, began) else _("an administrator")


def deactivate(settings: EntraConnection, by: Any = None) -> None:
    """Let people sign in with their passwords again.

    Sessions that were opened with Entra end, and so do links to the guide. Credentials
    that wait for a test go on waiting.
    """
    _end(
        settings,
        lambda locked: locked.activated_at is not None,
        Kind.ENDED,
        _("Signing in with Microsoft Entra was turned off. Passwords work again."),
        by=by,
    )


def note_trial_end(settings: EntraConnection) -> None:
    """Tell that a trial is over which nobody confirmed. Passwords work since then."""
    if not _is_over(settings):
        return
    with events.by_itself():
        _end(
            settings,
            _is_over,
            Kind.TRIAL_EXPIRED,
            _(
                "The trial of signing in with Microsoft Entra has expired, because "
                "nobody confirmed it. Passwords work again."
            ),
        )


def expired_trial(settings: EntraConnection) -> ProvisioningEvent | None:
    """Return the event of a trial that nobody confirmed, if nothing has come of it."""
    last: ProvisioningEvent | None = (
        ProvisioningEvent.objects.for_environment(settings.environment)
        .filter(kind__in=(Kind.TRIAL, Kind.CONFIRMED, Kind.ENDED, Kind.TRIAL_EXPIRED))
        .first()
    )
    return last if last and last.kind == Kind.TRIAL_EXPIRED else None


def note_ended_trials() -> None:
    """Tell of every trial that is over, whether or not somebody looks."""
    trials = EntraConnection.objects.filter(
        confirmed_at=None, activated_at__lte=timezone.now() - TRIAL
    )
    for settings in trials.select_related("environment"):
        note_trial_end(settings)


def record_test(settings: EntraConnection, tested: Credentials, user: Any) -> None:
    """Note that somebody provisioned signed in with these credentials.

    If they waited for that, they are in use from now on.
    """

    def note(locked: EntraConnection) -> str:
        waiting = credentials.waiting(locked)
        if waiting is not None and waiting.fingerprint == tested.fingerprint:
            credentials.use(locked, waiting)
        locked.tested_at = timezone.now()
        locked.tested_fingerprint = tested.fingerprint
        return Kind.SIGN_IN_TESTED

    _change(settings, note, "", user=user)


def _is_over(settings: EntraConnection) -> bool:
    ends_at = settings.trial_ends_at
    return ends_at is not None and ends_at <= timezone.now()


def _end(
    settings: EntraConnection,
    applies: Callable[[EntraConnection], bool],
    kind: str,
    message: str,
    by: Any = None,
) -> None:
    def end(locked: EntraConnection) -> str | None:
        if not applies(locked):
            return None
        locked.activated_at = locked.confirmed_at = locked.activated_by = None
        # Entra vouches for nobody from now on, perhaps because it cannot be trusted.
        sign_ins.end_all_sessions(locked.environment)
        if kind == Kind.ENDED:  # After a trial, somebody goes on setting up.
            guide_links.end_all(locked.environment)
        return kind

    _change(settings, end, message, user=by)


def _signs_in(environment: AnyEnvironment, began: Any) -> bool:
    """Tell whether the person who began a trial can sign in with its Entra.

    The Admin cannot, nor can somebody of several environments, somebody that Entra
    has not provisioned, or somebody who is gone.
    """
    return (
        began is not None
        and _working_links(environment).filter(user_id=began.pk).exists()
        and gate.decides_about(environment, began)
    )


def _working_links(environment: AnyEnvironment) -> models.QuerySet[ProvisionedUser]:
    """Return the links by which people of an environment sign in."""
    return ProvisionedUser.objects.for_environment(environment).filter(
        active=True, has_object_id=True, user__is_active=True
    )


def _may_confirm(settings: EntraConnection, user: Any) -> bool:
    if settings.activated_by_id == user.pk:
        return True
    if _signs_in(settings.environment, settings.activated_by):
        return False
    administrators = get_policy().administrators_of(settings.environment)
    return administrators.filter(pk=user.pk).exists()


def _change(
    settings: EntraConnection,
    work: Callable[[EntraConnection], str | None],
    message: str,
    user: Any,
) -> bool:
    """Change settings under a lock, with the event, and tell the administrators.

    Returns:
        Whether anything changed.
    """
    environment = settings.environment

    def in_transaction() -> bool:
        configuration.lock(settings)
        kind = work(settings)
        if kind is None:
            return False
        settings.save()
        events.record(environment, kind, user=user, name=str(user) if user else "")
        return True

    has_changed = transactions.repeated(in_transaction)
    if has_changed and message:
        notifications.tell_administrators(environment, message)
    return has_changed
