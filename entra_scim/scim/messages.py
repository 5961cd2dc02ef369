"""The envelope of what comes in: which message it is, and its operations."""

from __future__ import annotations

from typing import Any

from scim2_models import InvalidSyntaxException

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def check_schemas(body: dict[str, Any], schema: str) -> None:
    """Refuse a body whose ``schemas`` does not have that of a message or resource.

    A body without ``schemas`` passes: what it is follows from the endpoint.

    Raises:
        InvalidSyntaxException: It is another message.
    """
    schemas = body.get("schemas")
    if schemas is not None and (
        not isinstance(schemas, list)
        or schema.lower() not in [str(item).lower() for item in schemas]
    ):
        raise InvalidSyntaxException(detail=f"schemas must contain {schema}.")


def operations_of(body: dict[str, Any]) -> Any:
    """Return the operations of a PATCH, whatever they are; None if there are none.

    Attribute names have no case (RFC 7643 §2.1), this one included.
    """
    return next(
        (value for key, value in body.items() if key.lower() == "operations"), None
    )
