"""What an administrator reads of a refusal, by its code, in their own language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from entra_scim.exceptions import (
    AddressAmbiguous,
    AddressElsewhere,
    AddressExempt,
    AddressHeld,
    AddressLooksAlike,
    AddressNotOwned,
    AddressProvisioned,
    AddressReleased,
    ExternalIdTaken,
    GroupsNotProvisioned,
    IdentityReplaced,
    NoLongerManaged,
    NotProvisioned,
    NotStorable,
    ObjectIdLost,
    ProductFailed,
    ProvisioningError,
    ReactivationRefused,
    Taken,
    UserNameTaken,
)

_CONFLICTS: tuple[type[ProvisioningError], ...] = (
    AddressAmbiguous,
    AddressElsewhere,
    AddressExempt,
    AddressHeld,
    AddressLooksAlike,
    AddressNotOwned,
    AddressProvisioned,
    AddressReleased,
    ExternalIdTaken,
    GroupsNotProvisioned,
    IdentityReplaced,
    NoLongerManaged,
    NotProvisioned,
    NotStorable,
    ObjectIdLost,
    ProductFailed,
    ReactivationRefused,
    Taken,
    UserNameTaken,
)

MESSAGES = {error.code: error.message for error in _CONFLICTS}
"""What to do about a refusal by its code, in the language of its reader."""

_MAPPING = _("Check its mapping in Entra: Provisioning → Attribute mapping.")

REMEDIES = {
    "invalidFilter": _(
        "In Entra, open Provisioning → Attribute mapping → Provision Microsoft Entra "
        "ID Users, edit that attribute, and set Match objects using this attribute to "
        "No. Match people by userName or externalId instead."
    ),
    "too_long": _("Shorten the value in Entra."),
    "decorated": _("Correct the userName or the address in Entra."),
    # What Entra sent cannot be understood (RFC 7644 §3.12).
    **dict.fromkeys(
        ("invalidValue", "invalidSyntax", "invalidPath", "noTarget"), _MAPPING
    ),
}
"""What to do about a refusal whose own text says what was wrong only."""
