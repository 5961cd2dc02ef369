"""Whether anybody can sign in with Entra."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Code, Item, Kind, Place, Way
from entra_scim.explanations import sign_in_codes


class SignIn(Code):
    BROKEN = Kind(
        code="sign_in_broken",
        message=_("Signing in with Entra has failed since %(date)s: %(code)s."),
        ways=(Way(to=Place.SIGN_IN_CODES, label=_("If Microsoft shows a code")),),
    )


def findings(facts: Facts) -> Iterator[Item]:
    """Tell that nobody can sign in, and what to do."""
    if broken := facts.breakage:
        since = date_format(timezone.localtime(broken.since), "DATETIME_FORMAT")
        yield dataclasses.replace(
            SignIn.BROKEN.item(date=since, code=broken.code),
            remedy=sign_in_codes.explain(broken.code).administrator,
        )
