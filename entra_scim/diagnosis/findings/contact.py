"""Whether Entra is in contact."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Code, Item, Kind, Place, Way

_BY = _("Paused by %(person)s.")


class Contact(Code):
    NONE = Kind(
        code="no_contact",
        message=_("Entra has not made contact yet."),
        ways=(Way(to=Place.ASSIGNING),),
    )
    SILENT = Kind(
        code="silent",
        message=_("Entra has not been in contact for more than two cycles."),
        remedy=_(
            "In Entra, open Provisioning → Overview: start provisioning if it "
            "is stopped. If it is in quarantine, choose Test connection under "
            "Connectivity first, then Restart provisioning."
        ),
        ways=(Way(to=Place.ASSIGNING),),
    )
    PAUSED = Kind(
        code="paused",
        message=_("Since %(date)s, provisioning is paused."),
        remedy=_(
            "Nothing that changes in Entra arrives here: people who leave keep their "
            "access."
        ),
        ways=(Way(to=Place.RESUMING),),
    )


def findings(facts: Facts) -> Iterator[Item]:
    """Tell that Entra is kept out, or that it has stopped making contact."""
    paused_at, paused_by = facts.connection.paused_at, facts.connection.paused_by
    if paused_at is not None:
        date = date_format(localtime(paused_at), "DATETIME_FORMAT")
        who = () if paused_by is None else (_BY % {"person": paused_by},)
        yield Contact.PAUSED.item(date=date, details=who)
    if facts.observed.silent:
        yield Contact.SILENT.item()
