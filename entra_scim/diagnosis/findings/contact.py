"""Whether Entra is in contact."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Code, Item, Kind, Place, Way


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


def findings(facts: Facts) -> Iterator[Item]:
    """Tell that Entra was in contact once, and is no longer."""
    if facts.observed.silent:
        yield Contact.SILENT.item()
