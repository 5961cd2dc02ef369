"""How the last provisioning cycle went, as far as its requests show."""

from __future__ import annotations

from django.utils.translation import gettext as _

from entra_scim.diagnosis.observations import Observations

from .key_use import ago


def last_cycle_of(observed: Observations, *, is_paused: bool, has_key: bool) -> str:
    """Return it in a sentence, or nothing if Entra has never been in contact.

    A cycle has no end that a product could see: it is over when nothing more comes.
    """
    if observed.last_contact is None:
        return ""
    values = {"ago": ago(observed.last_contact)}
    if not has_key:
        return (
            _("Entra connected %(ago)s. It cannot now: no access key here is valid.")
            % values
        )
    if is_paused:
        return (
            _(
                "Entra connected %(ago)s. While provisioning is paused, it is told to come "
                "back later."
            )
            % values
        )
    if observed.refusals:
        return _("Entra connected %(ago)s, and some of what it sent is refused.") % (
            values
        )
    return _("Entra connected %(ago)s, and nothing that it sent is refused.") % values
