"""What sign-in proves itself with: whether it waits, expires, or cannot be read."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from entra_scim.connection import credentials
from entra_scim.connection.configuration import SecretState, secret_state
from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Code, Item, Kind, Place, Way
from entra_scim.models import EntraConnection

_SAVING_A_SECRET = (Way(to=Place.CREDENTIALS),)
_CERTIFICATE = (Way(to=Place.CERTIFICATE),)
_NEW_SECRET = _(
    "Make a new one in Entra, under App registrations → Certificates & "
    "secrets, and save its value and date."
)
_NEW_CERTIFICATE = _(
    "Make a new one under Sign-in, upload it in Entra under App registrations → "
    "Certificates & secrets, and test."
)


class Credentials(Code):
    NO_IDS = Kind(
        code="no_ids",
        message=_("The IDs are not saved yet."),
        ways=(Way(to=Place.CONNECTION),),
    )
    NO_SECRET = Kind(
        code="no_secret",
        message=_("A client secret is not saved yet."),
        ways=_SAVING_A_SECRET,
    )
    PENDING = Kind(
        code="pending",
        message=_("A changed connection waits for a test."),
        remedy=_("The former one stays in use until a test with the new one succeeds."),
        ways=(Way(to=Place.TEST),),
    )
    SECRET_UNREADABLE = Kind(
        code="secret_unreadable",
        message=_("The client secret can no longer be read."),
        remedy=_(
            "The product's encryption key was lost or changed. Paste the client "
            "secret again; provisioning goes on in the meantime."
        ),
        ways=_SAVING_A_SECRET,
    )
    SECRET_EXPIRED = Kind(
        code="secret_expired",
        message=_("The client secret has expired."),
        remedy=_NEW_SECRET,
        notice=_(
            "The client secret of %(environment)s expired on %(date)s. Make a new "
            "one in Entra, and save it in the tab Microsoft Entra ID."
        ),
        ways=_SAVING_A_SECRET,
    )
    SECRET_EXPIRING = Kind(
        code="secret_expiring",
        message=_("The client secret expires on %(date)s."),
        remedy=_(
            "Make a new one in Entra, under App registrations → Certificates & "
            "secrets, and save its value and date. The old one "
            "works until then."
        ),
        notice=_(
            "The client secret of %(environment)s expires on %(date)s. Make a new "
            "one in Entra, and save it in the tab Microsoft Entra ID."
        ),
        ways=_SAVING_A_SECRET,
    )
    FEDERATION_GONE = Kind(
        code="federation_gone",
        message=_("The product is no longer configured for the federated credential."),
        remedy=_(
            "Set ENTRA_SCIM_FEDERATED_CREDENTIALS in the product, or "
            "save a client secret."
        ),
        ways=_SAVING_A_SECRET,
    )
    CERTIFICATE_UNREADABLE = Kind(
        code="certificate_unreadable",
        message=_("The key of the certificate can no longer be read."),
        remedy=_NEW_CERTIFICATE,
        ways=_CERTIFICATE,
    )
    CERTIFICATE_EXPIRED = Kind(
        code="certificate_expired",
        message=_("The certificate has expired."),
        remedy=_NEW_CERTIFICATE,
        notice=_(
            "The certificate of %(environment)s expired on %(date)s. Make a new "
            "one in the tab Microsoft Entra ID, and upload it in Entra."
        ),
        ways=_CERTIFICATE,
    )
    CERTIFICATE_EXPIRING = Kind(
        code="certificate_expiring",
        message=_("The certificate expires on %(date)s."),
        remedy=_NEW_CERTIFICATE,
        notice=_(
            "The certificate of %(environment)s expires on %(date)s. Make a new one "
            "in the tab Microsoft Entra ID, and upload it in Entra."
        ),
        ways=_CERTIFICATE,
    )


_SECRET = {
    SecretState.UNREADABLE: Credentials.SECRET_UNREADABLE,
    SecretState.EXPIRED: Credentials.SECRET_EXPIRED,
    SecretState.EXPIRING: Credentials.SECRET_EXPIRING,
}
_OF_CERTIFICATE = {
    SecretState.UNREADABLE: Credentials.CERTIFICATE_UNREADABLE,
    SecretState.EXPIRED: Credentials.CERTIFICATE_EXPIRED,
    SecretState.EXPIRING: Credentials.CERTIFICATE_EXPIRING,
}


def findings(facts: Facts) -> Iterator[Item]:
    """Tell what has to be tested or renewed."""
    connection = facts.connection
    if credentials.waiting(connection) is not None:
        yield Credentials.PENDING.item()
    elif item := told_of(connection):
        yield item


def told_of(connection: EntraConnection) -> Item | None:
    """Return what is told of the credentials in use, if anything is wrong with them."""
    code = shortcoming(connection)
    return code.item(date=_day(_end_of(connection))) if code else None


def shortcoming(connection: EntraConnection) -> Credentials | None:
    """Return what is wrong, or soon will be, with the credentials in use."""
    if connection.federation:
        is_gone = secret_state(connection) == SecretState.UNREADABLE
        return Credentials.FEDERATION_GONE if is_gone else None
    codes = _OF_CERTIFICATE if connection.certificate else _SECRET
    return codes.get(secret_state(connection))


def _end_of(connection: EntraConnection) -> datetime.date | None:
    if connection.certificate:
        return connection.certificate_expires_on
    return connection.client_secret_expires_on


def _day(date: datetime.date | None) -> str:
    return date_format(date) if date else ""
