"""Whether Entra has come with the access key that an administrator has pasted there."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entra_scim.models import AccessKey


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """What is known of the newest key, for the proof beside the step."""

    is_proven: bool
    text: str


def key_use_of(
    usable_keys: Sequence[AccessKey], last_contact: datetime.datetime | None
) -> KeyUse:
    """Return whether Entra uses the newest key of an environment.

    An older key may still be in use: its traffic proves nothing of a new one.

    Args:
        usable_keys: Those that open the endpoint, the newest first.
        last_contact: When Entra used any key of the environment last.
    """
    if not usable_keys:
        return KeyUse(
            is_proven=False,
            text=_("Waiting for a key. Generate an access key first."),
        )
    newest = usable_keys[0]
    if newest.last_used_at is not None:
        text = _("Entra connected %(ago)s.") % {"ago": ago(newest.last_used_at)}
        return KeyUse(is_proven=True, text=text)
    if last_contact is not None:
        text = _(
            "Waiting for Entra: the key %(key)s is not in use yet. With an older key, it "
            "connected %(ago)s."
        ) % {"key": newest, "ago": ago(last_contact)}
    else:
        text = _(
            "Waiting for Entra: the key %(key)s is not in use yet. If Test connection "
            "fails, check the Tenant URL and paste the key again."
        ) % {"key": newest}
    return KeyUse(is_proven=False, text=text)


def ago(at: datetime.datetime) -> str:
    """Return how long ago something was, in the largest unit that fits."""
    now = timezone.now()
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < 60:
        return ngettext("%(count)d second ago", "%(count)d seconds ago", seconds) % {
            "count": seconds
        }
    return _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
