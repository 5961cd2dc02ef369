from __future__ import annotations

import datetime
from typing import Any

from django_scim.adapters import SCIMUser

from entra_scim import provisioning, unkept
from entra_scim.acceptance import Edit
from entra_scim.dialect import (
    Received,
    received_in_operations,
    received_in_resource,
)
from entra_scim.document import Document
from entra_scim.models import ProvisionedUser

from .etags import etag, precondition
from .http import ScimRequest
from .resources import (
    document_from,
    patched,
    schemas_of,
)
from .unkept import unkept_in_operations, unkept_in_resource


class EntraUser(SCIMUser):  # type: ignore[misc]
    """The bridge between a SCIM resource and the domain, on django-scim2's contract.

    The object of a write need not be loaded: one with the primary key and the
    environment will do, since the domain reads it again under a lock.
    """

    id_field = "id"
    obj: ProvisionedUser
    request: ScimRequest

    @property
    def location(self) -> str:
        return f"{self.request.base_location}/Users/{self.obj.pk}"

    @property
    def etag(self) -> str:
        return etag(self.obj.version)

    @property
    def meta(self) -> dict[str, str]:
        return {
            "resourceType": "User",
            "created": _timestamp(self.obj.created),
            "lastModified": _timestamp(self.obj.modified),
            "location": self.location,
            "version": self.etag,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the whole resource, as Entra expects it everywhere.

        Entra compares what a filter finds with its directory, so items of a list
        are as full as a single resource.
        """
        return {
            "schemas": schemas_of(self.obj.attributes),
            "id": str(self.obj.pk),
            **self.obj.attributes,
            "meta": self.meta,
        }

    def from_dict(self, d: dict[str, Any]) -> None:
        """Take over the body of a POST or a PUT. Nothing is written yet."""
        self._new = document_from(d, replacing=not self.obj._state.adding)
        self._received = received_in_resource(d)
        self._unkept = unkept_in_resource(d)

    def save(self) -> None:
        """Create the person, or put the new document in place of the former one."""
        environment, origin = self.obj.environment, self.request.origin
        if self.obj._state.adding:
            self.obj = provisioning.create(
                environment, self._new, self._received, origin=origin
            )
        else:
            self._change(self._replaced, self._received)
        unkept.note(environment, self._unkept)

    def handle_operations(self, operations: list[Any]) -> None:
        """Apply the operations of a PATCH, all of them or none (RFC 7644 §3.5.2)."""
        self._change(
            lambda document: patched(document, operations),
            received_in_operations(operations),
        )
        unkept.note(self.obj.environment, unkept_in_operations(operations))

    def delete(self) -> None:
        """Let go of the person, who becomes inactive and keeps their data."""
        provisioning.release(
            self.obj.environment,
            self.obj.pk,
            if_match=precondition(self.request),
            origin=self.request.origin,
        )

    def _change(self, edit: Edit, received: Received) -> None:
        self.obj = provisioning.change(
            self.obj.environment,
            self.obj.pk,
            edit,
            received,
            if_match=precondition(self.request),
            origin=self.request.origin,
        )

    def _replaced(self, old: Document) -> Document:
        # A PUT that says nothing of active must not let anybody in.
        if "active" in old and "active" not in self._new:
            return {**self._new, "active": old["active"]}
        return self._new


def _timestamp(moment: datetime.datetime) -> str:
    utc = moment.astimezone(datetime.UTC)
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
