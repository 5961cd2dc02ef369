"""What a request makes of a person's document, worked out before anybody waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from entra_scim.dialect import Received
from entra_scim.document.documents import Document, Kept
from entra_scim.models import ProvisionedUser


@dataclass(kw_only=True)
class Edit:
    """A change that a request asks for, by pure functions of the old document.

    **Deactivation wins over everything else in its request.** Entra repeats a refused
    request in each cycle, and would leave somebody who left with their access for as
    long as the rest of it is wrong. So what a request says of leaving is read apart
    from the rest, and the rest is done where possible.
    """

    received: Received

    whole: Callable[[Document], Document]
    """Return the new document, or raise what is wrong with the request."""

    where_possible: Callable[[Document], tuple[Document, list[Kept]]]
    """Return the new document, and what stays as it was. Raises nothing."""

    _results: dict[int, tuple[Document, list[Kept]]] = field(
        default_factory=dict, init=False
    )

    def of(self, person: ProvisionedUser) -> tuple[Document, list[Kept]]:
        """Return the new document of a person, and what stays as it was in it.

        Worked out once for each version of the person: done before they are locked,
        it costs those who wait nothing.

        Raises:
            Exception: What ``whole`` raises, where the request does not deactivate.
        """
        if person.version not in self._results:
            self._results[person.version] = self._worked_out(person.attributes)
        return self._results[person.version]

    @classmethod
    def deactivating(cls, kept: Kept) -> Edit:
        """Return an edit that does nothing but to deactivate, and tells why."""
        return cls(
            received=Received(active=True, deactivates=True),
            whole=lambda old: old,
            where_possible=lambda old: (old, [kept]),
        )

    def _worked_out(self, old: Document) -> tuple[Document, list[Kept]]:
        if not self.received.deactivates:
            return self.whole(old), []
        new, kept = self.where_possible(old)
        # Whatever else the request says of active: nobody is let in by a request
        # that also puts them out, and what was taken is given back by the next.
        return {**new, "active": False}, kept
