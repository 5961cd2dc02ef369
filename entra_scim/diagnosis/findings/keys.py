"""Access keys that end, or that Entra should no longer use."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from entra_scim.connection.configuration import NOTICE
from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Code, Item, Kind, Place, Way
from entra_scim.models import AccessKey

_STEP = (Way(to=Place.KEYS),)


class Keys(Code):
    LAST_ENDS = Kind(
        code="key_ends",
        message=_("On %(date)s, the last access key expires."),
        remedy=_(
            "Generate a new one and paste it in Entra, or Entra stops "
            "provisioning then."
        ),
        notice=_(
            "On %(date)s, the last access key of %(environment)s expires. Generate a "
            "new one in the tab Microsoft Entra ID, and paste it in Entra."
        ),
        ways=_STEP,
    )
    REPLACED = Kind(
        code="key_replaced",
        message=_(
            "Entra still uses the access key %(key)s, though a newer one exists."
        ),
        remedy=_(
            "Paste the newer key in Entra as Secret token, and save. If you do not "
            "have it any more, revoke it, so that the key in use stays. A replaced "
            "key expires 24 hours after Entra has last used it."
        ),
        notice=_(
            "Entra still uses the access key %(key)s of %(environment)s, which a "
            "newer one replaces. Paste the newer key in Entra, or revoke it in "
            "the tab Microsoft Entra ID."
        ),
        ways=_STEP,
    )
    BESIDE = Kind(
        code="key_used_beside",
        message=_(
            "The access key %(key)s is still used, though Entra uses a newer one."
        ),
        remedy=_(
            "Entra has one key only, so somebody else may have this one. Revoke it, "
            "unless you know who uses it."
        ),
        notice=_(
            "The access key %(key)s of %(environment)s is still used, though Entra "
            "uses a newer one. Somebody else may have it: revoke it in the tab "
            "Microsoft Entra ID, unless you know who uses it."
        ),
        ways=_STEP,
    )


def findings(facts: Facts) -> Iterator[Item]:
    """Tell which keys somebody has to see to."""
    if end := _last_end(facts.usable_keys):
        date = date_format(timezone.localtime(end), "DATETIME_FORMAT")
        yield Keys.LAST_ENDS.item(date=date)
    if not any(key.replaced_at for key in facts.usable_keys):
        return  # which is what nearly every view of the tab finds
    keys = AccessKey.objects.for_environment(facts.connection.environment)
    for key in keys.used_though_replaced(timezone.now()):
        yield Keys.REPLACED.item(key=key)
    for key in keys.used_beside_a_newer(timezone.now()):
        yield Keys.BESIDE.item(key=key)


def _last_end(keys: list[AccessKey]) -> datetime.datetime | None:
    """Return when the last of some usable keys ends, if that is within the notice.

    A key without an end, or with a later one, says that somebody has seen to it.
    """
    ends = [key.expires_at for key in keys if key.replaced_at is None]
    dated = [end for end in ends if end is not None]
    if not dated or len(dated) < len(ends):
        return None
    end = max(dated)
    return end if end <= timezone.now() + NOTICE else None
