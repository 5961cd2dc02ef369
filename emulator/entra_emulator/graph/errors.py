"""How Microsoft Graph refuses a request."""

from __future__ import annotations

import datetime
from typing import Any

from entra_emulator.directory import new_id


class GraphError(Exception):
    """Graph refuses a request.

    https://learn.microsoft.com/en-us/graph/errors
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    @property
    def document(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "innerError": {
                    "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%S}",
                    "request-id": new_id(),
                },
            }
        }


def bad_request(message: str) -> GraphError:
    """Return the refusal of a request that makes no sense."""
    return GraphError(400, "Request_BadRequest", message)


def not_found(what: str) -> GraphError:
    """Return the refusal of what is not there, or not yet."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{what}' does not exist or one of its queried reference-property "
        "objects are not present.",
    )
