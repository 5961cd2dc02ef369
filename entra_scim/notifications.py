"""Mail to the administrators of an environment."""

from __future__ import annotations

import logging

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from .models.environment import AnyEnvironment
from .policy import get_policy

logger = logging.getLogger("entra_scim")


def tell_administrators(environment: AnyEnvironment, message: str) -> None:
    """Mail a message to whom the policy names. That it fails undoes nothing."""
    subject = _("Microsoft Entra ID: %(environment)s") % {"environment": environment}
    for person in get_policy().administrators_of(environment):
        address = getattr(person, person.get_email_field_name())
        if not address:
            continue
        try:
            send_mail(
                " ".join(subject.split()),  # a header has one line
                message,
                None,
                [address],
            )
        except OSError:
            logger.warning("Could not mail an administrator", exc_info=True)
