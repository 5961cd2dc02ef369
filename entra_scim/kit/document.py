"""The synchronization schema that somebody took from Entra's portal, edited.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/export-import-provisioning-configuration
"""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _

from .plan import KitError, wanted_schema
from .program import changes

LONGEST = 5_000_000
"""More bytes than any schema has."""


def edited_schema(text: bytes) -> tuple[str, list[str]]:
    """Return a schema with what the guide wants, and the differences in words.

    Raises:
        KitError: The text is not a synchronization schema.
    """
    if len(text) > LONGEST:
        raise KitError(_("This is too large for a schema from Entra."))
    try:
        found = json.loads(text.decode("utf-8-sig"))
        if not isinstance(found, dict):
            raise ValueError
        change = changes.schema(wanted_schema(), found)
        edited = json.dumps(change.body, indent=2, ensure_ascii=False)
    except changes.Unsuitable as reason:
        raise KitError(
            _("This is not the schema of your application. %(reason)s")
            % {"reason": reason}
        ) from None
    except (ValueError, RecursionError):
        raise KitError(
            _(
                "This is not a whole schema from Entra. Copy all of it there again: "
                "Provisioning → Attribute mapping → Review your schema here."
            )
        ) from None
    return edited, change.differences
