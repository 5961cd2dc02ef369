"""What there is to say of a code."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What the person can do, and what the administrator can."""

    person: str | Promise
    administrator: str | Promise = ""
    urgent: bool = False
    """Whether nobody can sign in until the administrator has done that."""
    other_account: bool = False
    """Whether another Microsoft account of the person's may work."""


ASK = _(
    "You cannot solve this yourself. Ask your administrator, and mention the code and "
    "the reference below."
)
