"""Does signing in with Entra work? As real sign-ins show, whatever is saved here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Min
from django.utils import timezone

from entra_scim.explanations import sign_in_codes
from entra_scim.models import EntraConnection, EntraSession, ProvisioningEvent

_LOOKED_BACK = datetime.timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Breakage:
    """That nobody can sign in with Entra."""

    since: datetime.datetime
    code: str
    is_changed: bool = False
    """Whether the connection was changed after the last failure."""


def failed_for_everybody() -> dict[str, Any]:
    """Return what to look for among events: sign-ins that failed by nobody's own fault."""
    return {
        "kind": ProvisioningEvent.Kind.SIGN_IN_FAILED,
        "reason__in": sign_in_codes.urgent_codes(),
        "at__gt": timezone.now() - _LOOKED_BACK,
    }


def breakage(settings: EntraConnection) -> Breakage | None:
    """Return since when sign-ins fail for everybody, or None while they work.

    The last one failed by a code that is nobody's own, such as an expired secret,
    and nobody has signed in or tested since.
    """
    failures = ProvisioningEvent.objects.for_environment(settings.environment).filter(
        **failed_for_everybody()
    )
    last = failures.order_by("-at").first()
    if last is None or (settings.tested_at and settings.tested_at > last.at):
        return None
    sessions = EntraSession.objects.for_environment(settings.environment)
    if sessions.filter(opened_at__gt=last.at).exists():
        return None
    newest = sessions.order_by("-opened_at").values_list("opened_at", flat=True)
    worked = newest.first()
    working = max((at for at in (worked, settings.tested_at) if at), default=None)
    if working is None:
        since = failures.aggregate(since=Min("first_at"))["since"]
    else:
        lasting = failures.filter(at__gt=working).aggregate(since=Min("first_at"))
        # One that is counted anew may have begun before the last one that worked.
        since = max(lasting["since"], working)
    changes = ProvisioningEvent.objects.for_environment(settings.environment).filter(
        kind=ProvisioningEvent.Kind.CREDENTIALS, at__gt=last.at
    )
    return Breakage(since=since, code=last.reason, is_changed=changes.exists())
