"""What comes back from Entra, by way of the browser."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from entra_scim.secrecy.hiding import (
    Secret,
    hidden_query,
    hide_query,
    without_variables,
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The parameters of the Redirect URI (RFC 6749 §4.1.2)."""

    state: Secret
    code: Secret
    error: str
    description: str
    is_cancelled: bool
    is_consent: bool
    """Whether an administrator has consented, which needs no request of ours."""


@without_variables
def take(request: HttpRequest) -> Answer | None:
    """Return the answer that a request brings, if any. The request has it no longer.

    Whatever is logged or reported of the request afterwards cannot show the code.
    """
    hide_query(request)
    query = hidden_query(request)
    if not query:
        return None
    return Answer(
        state=Secret(query.get("state", "")),
        code=Secret(query.get("code", "")),
        error=query.get("error", ""),
        description=query.get("error_description", ""),
        is_cancelled=query.get("error_subcode") == "cancel",
        is_consent="admin_consent" in query,
    )
