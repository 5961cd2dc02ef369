"""What keeps a product's own code from changing what Entra manages."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ManagedByEntra(PermissionDenied):
    """The product's own code would change ``fields`` of a ``user``; Django answers 403."""

    message: str | Promise = _(
        "Microsoft Entra manages %(person)s. Change %(fields)s there, or unlink them."
    )

    def __init__(self, user: object, fields: Sequence[str] = ()) -> None:
        self.user, self.fields = user, list(fields)

    def __str__(self) -> str:
        fields = ", ".join(self.fields)
        return str(self.message) % {"person": self.user, "fields": fields}


class DeletionRefused(ManagedByEntra):
    """The product's own code would delete somebody who is linked."""

    message = _(
        "%(person)s is managed by Microsoft Entra, which would create them anew in the "
        "next cycle, without their data. Unassign them in Entra and unlink them first."
    )
