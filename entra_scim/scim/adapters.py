"""The bridge from SCIM to the domain, on django-scim2's contract."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from entra_scim.diagnosis import unknown_attributes
from entra_scim.dialect import (
    Received,
    Unkeepable,
    received_in_patch,
    received_in_resource,
)
from entra_scim.models import ProvisionedUser
from entra_scim.people import provisioning
from entra_scim.people.edits import Edit

from .django_scim2 import Adapter
from .etags import etag, precondition
from .http import ScimRequest
from .messages import operations_of
from .paging import Row, row_of
from .resources import (
    document_from,
    kept_for,
    patched,
    patched_where_possible,
    replaced,
    replaced_where_possible,
    schemas_of,
)
from .unknown_attributes import unknown_in_operations, unknown_in_resource


def resource_of(row: Row, base_location: str) -> dict[str, Any]:
    """Return a whole resource, as Entra expects it everywhere.

    Entra compares what a filter finds with its directory, so items of a list are as
    full as a single resource.
    """
    key, attributes, created, modified, version = row
    return {
        "schemas": schemas_of(attributes),
        "id": str(key),
        **attributes,
        "meta": {
            "resourceType": "User",
            "created": _timestamp(created),
            "lastModified": _timestamp(modified),
            "location": _location(base_location, key),
            "version": etag(version),
        },
    }


class PersonAdapter(Adapter):
    """The bridge between a SCIM resource and the domain, on django-scim2's contract.

    The object of a write need not be loaded: one with the primary key and the
    environment will do, since the domain reads it again under a lock.
    """

    obj: ProvisionedUser
    request: ScimRequest

    @property
    def location(self) -> str:
        return _location(self.request.base_location, self.obj.pk)

    @property
    def etag(self) -> str:
        return etag(self.obj.version)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole resource, as :func:`resource_of`."""
        return resource_of(row_of(self.obj), self.request.base_location)

    def from_dict(self, d: dict[str, Any]) -> None:
        """Take over the body of a PUT. Nothing is written yet."""
        self._edit = Edit(
            received=received_in_resource(d),
            whole=lambda old: replaced(old, d),
            where_possible=lambda old: replaced_where_possible(old, d),
        )
        self._unknown = unknown_in_resource(d)

    def from_patch(self, body: dict[str, Any]) -> None:
        """Take over the body of a PATCH. Nothing is written yet."""
        operations = operations_of(body)
        self._edit = Edit(
            received=received_in_patch(body),
            whole=lambda old: patched(old, body),
            where_possible=lambda old: patched_where_possible(old, operations),
        )
        self._unknown = unknown_in_operations(operations)

    def from_unkeepable(self, refusal: Unkeepable, received: Received) -> None:
        """Take over nothing but the deactivation in a body that cannot be kept.

        Raises:
            Unkeepable: It does not deactivate.
        """
        if not received.deactivates:
            raise refusal
        self._edit = Edit.deactivating(kept_for("", refusal))
        self._unknown = frozenset()

    @property
    def deactivates(self) -> bool:
        """Whether what was taken over puts somebody out who is here."""
        return self._edit.received.deactivates

    def save(self) -> None:
        """Change the person as the body says.

        A PATCH applies all of its operations or none (RFC 7644 §3.5.2), and a PUT all
        of its attributes; but for those that deactivate, see :class:`Edit`.
        """
        environment = self.obj.environment
        self.obj = provisioning.change(
            environment,
            self.obj.pk,
            self._edit,
            read=self.obj,
            if_match=precondition(self.request),
            origin=self.request.origin,
        )
        unknown_attributes.note(environment, self._unknown)

    def delete(self) -> None:
        """Unlink the person, who becomes inactive and keeps their data."""
        provisioning.release(
            self.obj.environment,
            self.obj.pk,
            if_match=precondition(self.request),
            origin=self.request.origin,
        )


class NewPersonAdapter(PersonAdapter):
    """The bridge for a person who is not here yet: it has no object before they are."""

    def from_dict(self, d: dict[str, Any]) -> None:
        """Take over the body of a POST. Nothing is written yet."""
        super().from_dict(d)
        self._new = d

    @property
    def deactivates(self) -> bool:
        """Whether it puts somebody out who is here: nobody is."""
        return False

    def save(self) -> None:
        """Create the person, or link them to the account that they have."""
        environment = self.request.auth.environment
        self.obj = provisioning.create(
            environment,
            document_from(self._new),
            self._edit.received,
            origin=self.request.origin,
        )
        unknown_attributes.note(environment, self._unknown)


def _location(base_location: str, key: uuid.UUID) -> str:
    return f"{base_location}/Users/{key}"


def _timestamp(moment: datetime.datetime) -> str:
    utc = moment.astimezone(datetime.UTC)
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
