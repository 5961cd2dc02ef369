"""Mail to the administrators of an environment."""

from __future__ import annotations

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.logs import logger
from entra_scim.policy import get_policy


def tell_administrators(environment: AnyEnvironment, message: str) -> None:
    """Mail a message to the people that the policy names.

    What it is about has happened already, so nothing is raised: a mail back end or
    a policy may fail in any way, and the log tells.
    """
    try:
        subject = _("Microsoft Entra ID: %(environment)s") % {
            "environment": environment
        }
        people = list(get_policy().administrators_of(environment))
    except Exception:
        logger.exception("Could not find the administrators to mail")
        return
    for person in people:
        try:
            if address := getattr(person, person.get_email_field_name()):
                send_mail(
                    " ".join(subject.split()),  # a header has one line
                    message,
                    None,
                    [address],
                )
        except Exception:
            logger.warning("Could not mail an administrator", exc_info=True)
