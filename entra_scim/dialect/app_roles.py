"""What an app role of Entra's can have for a Value."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_LONGEST = 120
_UNFIT = re.compile(r"[^!-~]|[\"\\]")


def app_role_problem(value: str) -> Promise | None:
    """Return why no app role can have a Value, or None if one can.

    https://learn.microsoft.com/en-us/graph/api/resources/approle lists what is allowed:
    letters, digits and all signs of ASCII but the quotation mark and the backslash.
    """
    if len(value) > _LONGEST:
        return _("The Value of an app role has at most 120 characters.")
    if value.startswith("."):
        return _("The Value of an app role does not begin with a full stop.")
    if _UNFIT.search(value):
        return _(
            "The Value of an app role has the letters A to Z, digits and signs of ASCII, "
            'but no letters with accents, no spaces, no " and no \\.'
        )
    return None
