"""The endpoints of people: they read and answer."""

from __future__ import annotations

import re
import uuid
from http import HTTPStatus
from typing import Any, NoReturn

from django.core.exceptions import SuspiciousOperation
from scim2_models import (
    ForbiddenException,
    NotFoundException,
    NotImplementedException,
    SCIMException,
)

from entra_scim.accounts import key_versions
from entra_scim.connection.admission import LookUp
from entra_scim.dialect import (
    Unkeepable,
    received_in_patch,
    received_in_resource,
)
from entra_scim.exceptions import (
    GroupsNotProvisioned,
    NotProvisioned,
    VersionMismatch,
)
from entra_scim.models import ProvisionedUser
from entra_scim.people import drift

from . import discovery, etags, messages
from .adapters import NewPersonAdapter, PersonAdapter, resource_of
from .base import ScimView
from .django_scim2 import Resources
from .http import ScimRequest, ScimResponse
from .look_ups import look_up_of
from .paging import Query, page, page_of

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class UsersView(ScimView, Resources):
    """The people of an environment: list and create."""

    scim_adapter_getter = staticmethod(lambda: NewPersonAdapter)
    http_method_names = ["get", "head", "post"]

    looked_up = False
    """Whether ``person`` is all that the request asks for."""

    def look_up(self, request: ScimRequest) -> LookUp | None:
        if request.method == "POST":
            return None
        try:
            text = request.query_params.get("filter")
        except SuspiciousOperation:  # told once somebody is let in
            return None
        found = look_up_of(text) if text else None
        self.looked_up = found is not None
        return found

    def get_many(self, request: ScimRequest) -> ScimResponse:
        return self.list_response(Query.of(request.query_params))

    def list_response(self, query: Query) -> ScimResponse:
        """Return one page of the people that a query finds (RFC 7644 §3.4.2)."""
        if self.looked_up and query.sort_by is None:
            if self.person is None:
                key_versions.check_current()
            found = [self.person] if self.person else []
            for person in found:
                drift.look(person)
            total, rows = len(found), page_of(query, found)
        else:
            total, rows = page(query, self.environment)
        request: Any = self.request
        base_location = request.base_location
        resources = [query.shown(resource_of(row, base_location)) for row in rows]
        return ScimResponse(
            {
                "schemas": [messages.LIST_RESPONSE],
                "totalResults": total,
                "startIndex": query.start_index,
                "itemsPerPage": len(resources),
                "Resources": resources,
            }
        )

    def post(self, request: ScimRequest, *args: Any, **kwargs: Any) -> ScimResponse:
        adapter = self.scim_adapter(None, request=request)
        adapter.from_dict(self.read_body())
        query = self.query_of_write(adapter)
        adapter.save()
        return self.resource_response(adapter, query, HTTPStatus.CREATED)

    def query_of_write(self, adapter: PersonAdapter) -> Query:
        """Return the parameters of a write, checked before anything is written.

        They decide about the answer only, and keep nobody from being deactivated.
        """
        try:
            return Query.of(self.request.query_params)
        except SCIMException:
            if not adapter.deactivates:
                raise
            return Query.of({})

    def resource_response(
        self, adapter: PersonAdapter, query: Query, status: int = HTTPStatus.OK
    ) -> ScimResponse:
        """Return one resource, with where it is and which version it is in."""
        return ScimResponse(
            query.shown(adapter.to_dict()),
            status=status,
            Location=adapter.location,
            ETag=adapter.etag,
        )


class UserView(UsersView):
    """One person: read, replace, change, let go."""

    scim_adapter_getter = staticmethod(lambda: PersonAdapter)
    http_method_names = ["get", "head", "put", "patch", "delete"]

    def look_up(self, request: ScimRequest) -> LookUp | None:
        # A resource has one address; UUID() takes "urn:uuid:…" and "{…}" too.
        if _UUID.fullmatch(self.kwargs["uuid"]):
            self.resource_id = uuid.UUID(self.kwargs["uuid"])
            if request.method != "DELETE":
                return LookUp("id", self.resource_id)
        return None

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.resource_id is None:
            raise NotProvisioned

    def get_object(self) -> ProvisionedUser:
        if self.person is None:
            raise NotProvisioned
        return self.person

    def get_single(self, request: ScimRequest) -> ScimResponse:
        query = Query.of(request.query_params)
        adapter = self.scim_adapter(self.get_object(), request=request)
        drift.look(adapter.obj)
        if_match = request.headers.get("If-Match")
        if if_match is not None and not etags.matches(if_match, adapter.obj.version):
            raise VersionMismatch
        if_none_match = request.headers.get("If-None-Match")
        if if_none_match and etags.matches(if_none_match, adapter.obj.version):
            return ScimResponse(status=HTTPStatus.NOT_MODIFIED, ETag=adapter.etag)
        return self.resource_response(adapter, query)

    def put(self, request: ScimRequest, *args: Any, **kwargs: Any) -> ScimResponse:
        adapter = self.scim_adapter(self.get_object(), request=request)
        try:
            adapter.from_dict(self.read_body())
        except Unkeepable as refusal:
            adapter.from_unkeepable(refusal, received_in_resource(refusal.document))
        query = self.query_of_write(adapter)
        adapter.save()
        return self.resource_response(adapter, query)

    def patch(self, request: ScimRequest, *args: Any, **kwargs: Any) -> ScimResponse:
        adapter = self.scim_adapter(self.get_object(), request=request)
        try:
            adapter.from_patch(self.read_body())
        except Unkeepable as refusal:
            adapter.from_unkeepable(refusal, received_in_patch(refusal.document))
        query = self.query_of_write(adapter)
        adapter.save()
        # Not 204: Entra's validator wants to see the resource.
        return self.resource_response(adapter, query)

    def delete(self, request: ScimRequest, *args: Any, **kwargs: Any) -> ScimResponse:
        self.unread_adapter().delete()
        return ScimResponse(status=HTTPStatus.NO_CONTENT)

    def unread_adapter(self) -> PersonAdapter:
        """Return the adapter of a write, which the domain reads under its lock."""
        person = ProvisionedUser(pk=self.resource_id, environment=self.environment)
        adapter: PersonAdapter = self.scim_adapter(person, request=self.request)
        return adapter


class SearchView(UsersView):
    """Query by POST, for filters that should not be in a URL (RFC 7644 §3.4.3)."""

    http_method_names = ["post"]

    def post(self, request: ScimRequest, *args: Any, **kwargs: Any) -> ScimResponse:
        return self.list_response(Query.of(self.read_message(messages.SEARCH_REQUEST)))


class GroupsView(ScimView):
    """No groups, said in a way that Entra accepts.

    Test Connection and each cycle ask for a random group. Entra takes a 404 for
    an incompatible service, and stops provisioning people too.
    """

    http_method_names = ["get", "head", "post"]

    def get(self, request: ScimRequest, *args: Any, **kwargs: Any) -> ScimResponse:
        query = Query.of(request.query_params)
        return _listed([], query.start_index)

    def post(self, request: ScimRequest, *args: Any, **kwargs: Any) -> ScimResponse:
        # Not 501: what fails in the server is mailed to its administrators.
        self.read_message(messages.GROUP)
        raise GroupsNotProvisioned


class GroupSearchView(GroupsView):
    """No groups, by POST."""

    http_method_names = ["post"]

    def post(self, request: ScimRequest, *args: Any, **kwargs: Any) -> ScimResponse:
        return _listed(
            [], Query.of(self.read_message(messages.SEARCH_REQUEST)).start_index
        )


class GroupView(ScimView):
    """A group, which there never is."""

    def get(self, request: ScimRequest, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotFoundException(detail="There is no such group here.")

    put = patch = delete = get


class NotSupportedView(ScimView):
    """``/Bulk`` and ``/Me`` (RFC 7644 §3.7, §3.11)."""

    def get(self, request: ScimRequest, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedException(detail="This endpoint is not supported.")

    post = put = patch = delete = get


class NotFoundView(ScimView):
    """Whatever else is asked for under an environment."""

    def get(self, request: ScimRequest, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotFoundException(
            detail="There is no such endpoint. People are at /Users."
        )

    post = put = patch = delete = get


class DiscoveryView(ScimView):
    """Superclass of the discovery endpoints."""

    http_method_names = ["get", "head"]

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "filter" in request.query_params:
            # RFC 7644 §4 demands it, so that nobody takes the whole for a match.
            raise ForbiddenException(detail="Discovery endpoints take no filter.")

    def listing(self, documents: dict[str, Any], name: str | None) -> ScimResponse:
        """Return all documents, or the one with a name."""
        if name is None:
            return _listed(list(documents.values()), 1)
        for key, document in documents.items():
            if key.lower() == name.lower():
                return ScimResponse(document)
        raise NotFoundException(detail=f"There is no {name} here.")


class ServiceProviderConfigView(DiscoveryView):
    def get(self, request: ScimRequest, *args: Any, **kwargs: Any) -> ScimResponse:
        return ScimResponse(discovery.service_provider_config(request.base_location))


class ResourceTypesView(DiscoveryView):
    def get(
        self, request: ScimRequest, *args: Any, name: str | None = None, **kwargs: Any
    ) -> ScimResponse:
        return self.listing(discovery.resource_types(request.base_location), name)


class SchemasView(DiscoveryView):
    def get(
        self, request: ScimRequest, *args: Any, name: str | None = None, **kwargs: Any
    ) -> ScimResponse:
        return self.listing(discovery.schemas(request.base_location), name)


def _listed(resources: list[Any], start_index: int) -> ScimResponse:
    return ScimResponse(
        {
            "schemas": [messages.LIST_RESPONSE],
            "totalResults": len(resources),
            "startIndex": start_index,
            "itemsPerPage": len(resources),
            "Resources": resources,
        }
    )
