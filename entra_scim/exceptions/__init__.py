"""Why a request of Entra's was refused, in words for an administrator.

Each class has a ``code``, by which events are told apart and coalesced, and a
message that says what to do. Interfaces give them their protocol's form.
"""

from __future__ import annotations

import uuid

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entra_scim.text.characters import described

from .managed import DeletionRefused as DeletionRefused
from .managed import ManagedByEntra as ManagedByEntra


class ProvisioningError(Exception):
    """Superclass of every refusal. Never raised directly."""

    code: str
    message: str | Promise

    def __init__(self, **context: object) -> None:
        self.context = context
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message) % self.context


class NotProvisioned(ProvisioningError):
    """No such resource in this environment."""

    code = "not_found"
    message = _(
        "This person is not here. If Entra keeps asking, restart provisioning "
        "in Entra, so that it looks for the person again."
    )


class NoLongerManaged(ProvisioningError):
    """The person of a link is exempt now, or not of its environment alone.

    Says nothing of which: another environment's people are none of this one's.
    """

    code = "no_longer_managed"
    message = _(
        "Entra no longer manages this account. It became the Admin's, or it does not "
        "belong to this environment alone. Unassign the person in Entra, then unlink "
        "the account in the tab, under People. Until then, Entra can only take access "
        "away."
    )


class ReactivationRefused(ProvisioningError):
    """The policy does not let Entra give an inactive account its access back."""

    code = "reactivation_refused"
    message = _(
        "This account was deactivated here, and Entra may not reactivate it. Ask "
        "the support of this product to reactivate it, or unassign the person in Entra."
    )


class VersionMismatch(ProvisioningError):
    """The resource is not in the version that If-Match named (RFC 7644 §3.14)."""

    code = "version_mismatch"
    message = _("The person was changed in between. Read the resource again and retry.")


class Busy(ProvisioningError):
    """The database gave the change no turn, however often it was tried."""

    code = "busy"
    message = _("Too many changes at the same time. Try again later.")


class Unavailable(Busy):
    """The database serves nobody now, or not in time."""

    code = "unavailable"
    message = _(
        "The database is not available now, so nothing was changed. Entra tries again "
        "by itself."
    )


class Unconfirmed(Busy):
    """The connection to the database was lost while it was to commit."""

    code = "unconfirmed"
    message = _(
        "The connection to the database was lost before it confirmed the change. The change may or may not have been saved. Entra looks again by itself."
    )


class Rebuilding(ProvisioningError):
    """Stored keys are of an older version, so nobody can be said to be missing."""

    code = "rebuilding"
    message = _(
        "After an upgrade, this product has yet to renew the keys by which it finds "
        "people, so nothing was changed. Try again later. Entra tries again by itself."
    )


class ProductFailed(ProvisioningError):
    """What the product does with a change failed, and the rest goes on without it."""

    code = "product_failed"
    message = _(
        "A part of this product failed at this change, so only the deactivation in it "
        "was done. Ask the support of this product."
    )


class AttributeTooLong(ProvisioningError):
    """A value does not fit the field that the product keeps it in."""

    code = "too_long"
    message = _("%(attribute)s is longer than the %(limit)d characters allowed here.")

    def __init__(self, attribute: str, limit: int) -> None:
        super().__init__(attribute=attribute, limit=limit)
        self.attributes = (attribute,)


class NotStorable(ProvisioningError):
    """A column of the product's, or of its database, cannot keep a value."""

    code = "not_storable"
    message = _(
        "The database of this product cannot keep a value of this person, such as a "
        "rare character or an emoji. Change it in Entra, or ask the support of this "
        "product."
    )


class Decorated(ProvisioningError):
    """A userName or an address has a character that hides or decorates."""

    code = "decorated"
    message = _(
        "%(attribute)s has the character %(character)s at position %(position)d. "
        "Remove it in Entra, so that nobody gets a second account."
    )

    def __init__(self, attribute: str, character: str, position: int) -> None:
        super().__init__(
            attribute=attribute, character=described(character), position=position
        )
        self.attributes = (attribute,)


class AddressNotOwned(ProvisioningError):
    """The policy says that the address is not one of this environment's."""

    code = "address_not_owned"
    message = _(
        "The e-mail address is not in a domain of this environment. Correct the "
        "address in Entra, or have the domain added to the environment."
    )
    attributes = ("emails", "userName")


class GroupsNotProvisioned(ProvisioningError):
    """Entra sends groups, which its applications provision unless told not to."""

    code = "groups"
    message = _(
        "Groups are not provisioned here: roles are. In Entra, open Provisioning → "
        "Attribute mapping → Provision Microsoft Entra ID Groups, set Enabled to No, "
        "and save."
    )


class Conflict(ProvisioningError):
    """Superclass of collisions with somebody else. Never raised directly."""

    attributes: tuple[str, ...] = ("emails", "userName")


class UserNameTaken(Conflict):
    code = "user_name_taken"
    message = _(
        "Another person that Entra provisioned here still has this userName. Look for "
        "it in the tab, under People. If that person is renamed in Entra as well, the "
        "next cycles change both. If not, give each person a userName of their own in "
        "Entra."
    )
    attributes = ("userName",)


class ExternalIdTaken(Conflict):
    code = "external_id_taken"
    message = _(
        "Another person that Entra provisioned here has this externalId. Map "
        "externalId to objectId in Entra: it is never the same for two people."
    )
    attributes = ("externalId",)


class IdentityReplaced(Conflict):
    """The request is of another person in Entra than the link that it reaches."""

    code = "identity_replaced"
    message = _(
        "Entra sends another object ID for the person who has this userName or "
        "address. It may be a new employee with a former one's address. In the tab, "
        "open the person under People, and say whether it is the same person or "
        "somebody else. After a move to another tenant, do so for each person."
    )
    attributes = ("externalId",)

    def __init__(self, *, person_id: uuid.UUID, object_id: str) -> None:
        super().__init__(person_id=person_id, object_id=object_id)
        self.person_id = person_id
        self.object_id = object_id


class ObjectIdLost(Conflict):
    code = "object_id_lost"
    message = _(
        "The externalId of this person is an object ID, and cannot become anything "
        "else. In Entra, map externalId to objectId: Provisioning → Attribute mapping."
    )
    attributes = ("externalId",)


class AddressProvisioned(Conflict):
    code = "address_provisioned"
    message = _(
        "Another person that Entra provisioned here still has this e-mail address. "
        "Look for it in the tab, under People. If that person gets another one in "
        "Entra as well, the next cycles change both. If not, give each person an "
        "address of their own in Entra, or unlink the former person first."
    )


class AddressExempt(Conflict):
    code = "address_exempt"
    message = _(
        "This e-mail address is the Admin's, whom Entra does not manage. Unassign "
        "the Admin from the application in Entra."
    )


class AddressReleased(Conflict):
    code = "address_released"
    message = _(
        "This e-mail address belongs to a former person, whose link has ended. If it "
        "is the same person, let the account be linked again: in the tab, under "
        "People → Without an Entra account. If it is somebody else, set the account "
        "aside there, so that nobody inherits it."
    )


class AddressElsewhere(Conflict):
    """Says nothing of who has the address: it may be another customer's person."""

    code = "address_elsewhere"
    message = _(
        "An account that this environment cannot manage uses this e-mail address or "
        "username. Use another address for this person in Entra, or ask the support "
        "of this product."
    )


class AddressHeld(Conflict):
    code = "address_held"
    message = _(
        "An account of this environment that Entra does not manage uses this e-mail "
        "address or username. Change or delete that account, or give this person "
        "another address in Entra."
    )


class AddressAmbiguous(Conflict):
    code = "address_ambiguous"
    message = _(
        "Several accounts use this e-mail address or username. Give each account an "
        "address of its own first."
    )


class AddressLooksAlike(Conflict):
    code = "address_looks_alike"
    message = _(
        "An account exists whose e-mail address or username looks like this one but "
        "differs in its letters. Make the address in Entra and here the same, or "
        "change one of them."
    )


class Taken(Conflict):
    """The database says that a value is taken, and the checks do not say by whom."""

    code = "taken"
    message = _(
        "The userName, externalId or e-mail address is already in use here. Use "
        "another one for this person in Entra."
    )
    attributes = ("userName", "externalId", "emails")
