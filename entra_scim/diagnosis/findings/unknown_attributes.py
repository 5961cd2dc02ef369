"""Attributes that Entra sends, and the product does not know."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Code, Item, Kind, Place, Way


class Attributes(Code):
    UNKNOWN = Kind(
        code="unknown_attributes",
        message=_("Entra sends attributes that this product does not know:"),
        remedy=_(
            "In Entra, open Provisioning → Attribute mapping → Provision Microsoft "
            "Entra ID Users. Correct misspelt target attributes, and delete the rows "
            "of the others, unless this product asks for them. An attribute is "
            "listed until Entra has not sent it for 7 days."
        ),
        ways=(Way(to=Place.MAPPING),),
    )


def findings(facts: Facts) -> Iterator[Item]:
    """Tell which attributes Entra sends in vain."""
    if names := facts.observed.unknown_attributes:
        yield Attributes.UNKNOWN.item(details=tuple(names))
