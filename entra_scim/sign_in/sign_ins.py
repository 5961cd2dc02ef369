"""Who an ID token stands for, and what to remember of a sign-in."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from django.utils import timezone

from entra_scim.accounts import key_versions
from entra_scim.database import batches, transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.transactions import deciding
from entra_scim.models import EntraSession, ProvisionedUser, ProvisioningEvent
from entra_scim.story import events
from entra_scim.text import comparison_keys

_vouched_for: ContextVar[Any] = ContextVar("entra_scim_vouched_for", default=None)


@contextlib.contextmanager
def vouched(user: Any) -> Iterator[None]:
    """Let a login within the context be one that Entra vouches for, if it is theirs."""
    token = _vouched_for.set(user)
    try:
        yield
    finally:
        _vouched_for.reset(token)


def is_vouched_for(user: Any) -> bool:
    """Tell whether Entra vouches for a user who is being signed in now."""
    return bool(_vouched_for.get() == user)


@deciding()
def person_of(environment: AnyEnvironment, object_id: str) -> ProvisionedUser | None:
    """Return the provisioned person with an object ID, active or not.

    By nothing else: an e-mail address in a token is what somebody wrote into the
    directory (https://learn.microsoft.com/en-us/entra/identity-platform/claims-validation).

    Raises:
        Rebuilding: Nobody is found, by keys of an older version.
    """
    if not comparison_keys.is_object_id(object_id):
        return None
    person: ProvisionedUser | None = (
        ProvisionedUser.objects.for_environment(environment)
        .filter(external_id_key=comparison_keys.external_id_key(object_id))
        .select_related("user")
        .first()
    )
    if person is None:
        key_versions.check_current()
    return person


@transactions.repeating
def open_session(
    environment: AnyEnvironment, user: Any, sid: str | None
) -> EntraSession:
    """Remember a session, so that Entra can end it by its ``sid``."""
    return EntraSession.objects.create(
        environment=environment,
        user=user,
        sid_key=comparison_keys.digest(sid) if sid else None,
    )


@transactions.repeating
def end_sessions(environment: AnyEnvironment, sid: str) -> None:
    """End the sessions that Entra knows by a ``sid``."""
    EntraSession.objects.for_environment(environment).filter(
        sid_key=comparison_keys.digest(sid), ended_at=None
    ).update(ended_at=timezone.now())


def end_all_sessions(environment: AnyEnvironment) -> None:
    """End whatever people of an environment opened by signing in with its Entra."""
    EntraSession.objects.for_environment(environment).filter(ended_at=None).update(
        ended_at=timezone.now()
    )


def prune_sessions(before: datetime.datetime) -> None:
    """Forget sessions that were opened before a time; that ends them."""
    old = EntraSession.objects.filter(opened_at__lt=before)
    batches.delete(old.order_by("opened_at"))


def record_failure(
    environment: AnyEnvironment,
    code: str,
    detail: str,
    name: str,
    user_id: Any = None,
    *,
    is_of_waiting: bool = False,
) -> str:
    """Leave the event of a failed sign-in, and return its reference.

    ``is_of_waiting`` says that it tested a connection which waits for a test: what it
    shows is not true of the one that people sign in with.
    """
    kind = ProvisioningEvent.Kind
    return str(
        events.record_refusal(
            environment,
            kind=kind.TEST_FAILED if is_of_waiting else kind.SIGN_IN_FAILED,
            reason=code,
            detail=detail,
            subject=name,
            name=name,
            user_id=user_id,
            origin=events.LOCAL,
        )
    )
