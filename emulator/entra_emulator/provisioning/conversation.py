"""The requests about one person, with a record of them."""

from __future__ import annotations

import uuid
from typing import Any

from .logs import (
    ErrorCode,
    Exchange,
    ProvisioningFailure,
    failure_of,
    failure_without_answer,
)
from .servers import Answer, NoAnswer, ScimServer, filter_query
from .targets import Resource

USERS = "/Users"
GROUPS = "/Groups"


class Conversation:
    """The requests about one person or group, or none, with a record of them.

    Every method raises :class:`ProvisioningFailure` for any answer but the one that
    Entra takes for success.
    """

    def __init__(self, server: ScimServer, endpoint: str = USERS) -> None:
        self._server = server
        self._endpoint = endpoint
        # Members of large groups are many, and of no use here.
        self._parameters = "excludedAttributes=members&" if endpoint == GROUPS else ""
        self.exchanges: list[Exchange] = []

    def probe(self, attribute: str, *, for_group: bool) -> None:
        """Look for somebody who cannot exist, as every activity begins.

        And ``for_group``, as cycles do even where no groups are provisioned.
        """
        nobody = str(uuid.uuid4())
        _resources(self._ask("GET", f"{USERS}?{filter_query(attribute, nobody)}"))
        if not for_group:
            return
        query = f"excludedAttributes=members&{filter_query('displayName', nobody)}"
        _resources(self._ask("GET", f"{GROUPS}?{query}"))

    def find(self, attribute: str, value: str) -> Resource | None:
        """Return the one resource of which an attribute has the value, or None."""
        query = f"{self._parameters}{filter_query(attribute, value)}"
        resources = _resources(self._ask("GET", f"{self._endpoint}?{query}"))
        if len(resources) > 1:
            raise ProvisioningFailure(
                ErrorCode.DUPLICATE, f"Several resources have the {attribute} {value}."
            )
        return resources[0] if resources else None

    def get(self, resource_id: str) -> Resource:
        """Return a resource by the ID at the server."""
        query = f"?{self._parameters}".rstrip("?&")
        path = f"{self._endpoint}/{resource_id}{query}"
        resource = _resource(self._ask("GET", path), 200)
        if self._endpoint == GROUPS and "members" in resource:
            raise ProvisioningFailure(
                ErrorCode.MULTIPLE_ENTRIES, "The answer has members all the same."
            )
        return resource

    def create(self, body: Resource) -> Resource:
        """Create a resource, and return what the server made of it."""
        return _resource(self._ask("POST", self._endpoint, body), 201)

    def patch(self, resource_id: str, body: Resource) -> Resource | None:
        """Change a resource; returns None where the server does not answer with it."""
        answer = self._ask("PATCH", f"{self._endpoint}/{resource_id}", body)
        return None if answer.status == 204 else _resource(answer, 200)

    def delete(self, resource_id: str) -> None:
        """Delete a resource. One that is gone already is as good."""
        answer = self._ask("DELETE", f"{self._endpoint}/{resource_id}")
        if answer.status not in (204, 404):
            raise failure_of(answer)

    def has_reference(self, resource_id: str, attribute: str, other_id: str) -> bool:
        """Ask by a filter whether a resource refers to another, as Entra once did."""
        query = (
            f"filter=id+eq+{resource_id}+and+{attribute}+eq+{other_id}&attributes=id"
        )
        return bool(_resources(self._ask("GET", f"{self._endpoint}?{query}")))

    def _ask(self, method: str, path: str, body: Resource | None = None) -> Answer:
        try:
            answer = self._server.send(method, path, body)
        except NoAnswer as error:
            self._record(method, path, body, None, str(error))
            raise failure_without_answer(error) from None
        decoded = answer.json()
        shown = decoded if decoded is not None else answer.body[:200].decode("latin-1")
        self._record(method, path, body, answer.status, shown)
        return answer

    def _record(
        self,
        method: str,
        path: str,
        body: Resource | None,
        status: int | None,
        answer: Any,
    ) -> None:
        self.exchanges.append(
            Exchange(method=method, path=path, body=body, status=status, answer=answer)
        )


def _resource(answer: Answer, status: int) -> Resource:
    if answer.status != status:
        raise failure_of(answer)
    if not isinstance(answer.resource.get("id"), str):
        raise ProvisioningFailure(
            ErrorCode.INCOMPATIBLE, "The answer is not a resource with an id."
        )
    return answer.resource


def _resources(answer: Answer) -> list[Resource]:
    if answer.status != 200:
        failure = failure_of(answer)
        if failure.code == ErrorCode.INVALID_ANCHOR:
            # 404 does not answer a filter: nobody found is an empty list.
            failure.code = ErrorCode.INCOMPATIBLE
        raise failure
    resources = answer.resource.get("Resources")
    if "totalResults" not in answer.resource or not isinstance(resources, list):
        raise ProvisioningFailure(
            ErrorCode.INCOMPATIBLE, "The answer is not a ListResponse with Resources."
        )
    return resources
