"""Whether anybody can sign in with Entra."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Code, Item, Kind, Place, Way
from entra_scim.diagnosis.sign_in_health import Breakage
from entra_scim.explanations import aadsts_codes, sign_in_codes
from entra_scim.models import EntraConnection

_CHANGED = _(
    "The connection was changed after that. Test it, to see whether it works now."
)


class SignIn(Code):
    BROKEN = Kind(
        code="sign_in_broken",
        message=_("Since %(date)s, signing in with Entra has failed: %(code)s."),
        notice=_(
            "Since %(date)s, nobody of %(environment)s can sign in with Entra: %(code)s."
        ),
        ways=(Way(to=Place.SIGN_IN_CODES, label=_("If Microsoft shows a code")),),
    )


def findings(facts: Facts) -> Iterator[Item]:
    """Tell that nobody can sign in, and what to do."""
    if facts.breakage:
        yield broken(facts.connection, facts.breakage)


def broken(connection: EntraConnection, breakage: Breakage) -> Item:
    """Return what is told of a breakage, with the way to what sign-in works with."""
    item = SignIn.BROKEN.item(date=since(breakage), code=breakage.code)
    if breakage.is_changed:
        return dataclasses.replace(
            item, remedy=_CHANGED, ways=(Way(to=Place.TEST), *item.ways)
        )
    if connection.certificate:
        place = Place.CERTIFICATE
    elif breakage.code in {*aadsts_codes.OF_A_SECRET, "credentials"}:
        place = Place.CREDENTIALS
    else:
        place = Place.CONNECTION
    return dataclasses.replace(
        item,
        remedy=sign_in_codes.explain(breakage.code).administrator,
        ways=(Way(to=place), *item.ways),
    )


def since(breakage: Breakage) -> str:
    """Return the date and time of a breakage, as the reader writes them."""
    return date_format(timezone.localtime(breakage.since), "DATETIME_FORMAT")
