"""One form for everything that can go wrong (RFC 7644 §3.12)."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from rest_framework import exceptions as rest
from scim2_models import Error, SCIMException

from entra_scim.database import failures
from entra_scim.exceptions import (
    AddressNotOwned,
    AttributeTooLong,
    Busy,
    Conflict,
    GroupsNotProvisioned,
    NoLongerManaged,
    NotProvisioned,
    NotStorable,
    ProvisioningError,
    ReactivationRefused,
    Rebuilding,
    Unavailable,
    Unconfirmed,
    VersionMismatch,
)
from entra_scim.logs import logged_as_warning, logger
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.story import events

from .http import ScimResponse

_LONGEST_DETAIL = 1000
"""Of what a library says of a request, which may quote it."""

RETRY_AFTER = 300  # seconds
"""When to try again after a 503. Entra does so in its next cycle anyway."""


_DATABASE = {Rebuilding.code, Unavailable.code, Unconfirmed.code}
"""What the product's own staff have to know of, besides its failures."""


class Paused(rest.APIException):
    """No requests are taken for this environment now.

    Somebody has paused it, or the host's policy says so.
    """

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_code = "paused"
    default_detail = (
        "Provisioning of this environment is paused. Entra tries again by itself."
    )


@dataclass(frozen=True)
class Problem:
    """An exception in the terms of SCIM's error message."""

    status: int
    code: str
    """What tells one reason from another, for events."""
    detail: str
    scim_type: str | None = None
    attribute: str = ""
    """The name of the attribute that is to blame, where one alone is."""


def handle_exception(exception: Exception, context: dict[str, Any]) -> ScimResponse:
    """Answer an exception as SCIM, and leave the event that explains it.

    Runs after the rollback of what was refused. The text of an exception that is
    no refusal never reaches the client.
    """
    problem = _problem(exception)
    request, view = context["request"], context["view"]
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR or problem.code in _DATABASE:
        logger.error("SCIM request failed", exc_info=exception)
    error = Error(
        status=problem.status, scim_type=problem.scim_type, detail=problem.detail
    )
    headers = {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        # No event: anybody on the internet could fill the story with them.
        headers["WWW-Authenticate"] = "Bearer"
    elif view.origin is not None:
        reference = _record(problem, type(exception), request, view)
        error.detail = f"{problem.detail} Reference: {reference}"
        headers["X-Correlation-Id"] = str(reference)
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER)
    response = ScimResponse(error.model_dump(), status=problem.status, **headers)
    if problem.status == HTTPStatus.NOT_IMPLEMENTED or isinstance(exception, Paused):
        logged_as_warning(response, request)
    return response


def _record(
    problem: Problem, exception: type[Exception], request: Any, view: Any
) -> Any:
    environment = request.auth.environment
    kinds = ProvisioningEvent.Kind
    failed = problem.status == HTTPStatus.INTERNAL_SERVER_ERROR
    resource_id = view.resource_id
    try:
        person = None
        if resource_id is not None:
            person = (
                ProvisionedUser.objects.for_environment(environment)
                .filter(pk=resource_id)
                .first()
            )
        name = person.display_name if person else _name(view.body)
        return events.record_refusal(
            environment,
            kind=kinds.FAILED if failed else kinds.REFUSED,
            reason=problem.code,
            detail=problem.detail,
            subject=_subject(request, view, name),
            name=name,
            user_id=person.user_id if person else None,
            attribute=problem.attribute,
            distinction=f"{exception.__qualname__} {problem.detail}",
            external_id="" if person else _text(view.body, "externalId"),
            user_name="" if person else _text(view.body, "userName"),
            origin=view.origin,
        )
    except (DatabaseError, InterfaceError, Busy):
        logger.warning("Could not record a refused SCIM request", exc_info=True)
        return view.origin.correlation_id


def _subject(request: Any, view: Any, name: str) -> str:
    """Return who or what a request was about, and what it would have done."""
    person = view.resource_id or _text(view.body, "userName") or name
    return f"{request.method} {person or request.path}"


def _name(body: Any) -> str:
    """Return the names in a body that may be anything.

    Both, where there are two: an administrator looks for either, and finds nobody
    to ask for the other.
    """
    display, user_name = _text(body, "displayName"), _text(body, "userName")
    if display and user_name and display != user_name:
        return f"{display} ({user_name})"
    return display or user_name


def _text(body: Any, name: str) -> str:
    """Return a string of a body that may be anything."""
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else ""


def _problem(exception: Exception) -> Problem:
    match exception:
        case SCIMException():
            scim_type = exception.scim_type or None
            return Problem(
                exception.status,
                scim_type or str(exception.status),
                events.shortened(exception.detail, _LONGEST_DETAIL),
                scim_type,
                exception.context.get("attribute", ""),
            )
        case ProvisioningError():
            status, scim_type = status_of(exception)
            return Problem(status, exception.code, str(exception), scim_type)
        case rest.UnsupportedMediaType():
            return Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "media_type",
                "Send the body as application/scim+json.",
            )
        case rest.AuthenticationFailed() | rest.NotAuthenticated():
            return Problem(HTTPStatus.UNAUTHORIZED, "401", str(exception.detail))
        case rest.APIException():
            return Problem(
                exception.status_code,
                str(exception.default_code),
                str(exception.detail),
            )
        case DisallowedHost():
            return Problem(
                HTTPStatus.BAD_REQUEST,
                "host",
                "This product does not know the host of the address. Use the Tenant "
                "URL that the tab shows, and add its host to ALLOWED_HOSTS.",
            )
        case SuspiciousOperation():
            # Django's own limits, such as that of parameters in a URL.
            return Problem(
                HTTPStatus.BAD_REQUEST,
                "suspicious",
                "The request has a form that is not taken here, such as too many "
                "parameters. Send a plain one.",
            )
        case DatabaseError() | InterfaceError() if failures.is_unavailable(exception):
            return _problem(Unavailable())
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "error",
        "Something went wrong here. Nothing was changed, and Entra tries again by "
        "itself. If it keeps happening, give the reference to the support of this "
        "product.",
    )


def status_of(error: ProvisioningError) -> tuple[int, str | None]:
    """Return the status and the scimType by which a refusal is answered."""
    match error:
        case Conflict():
            return HTTPStatus.CONFLICT, "uniqueness"
        case NoLongerManaged() | ReactivationRefused():
            return HTTPStatus.CONFLICT, None
        case AttributeTooLong() | AddressNotOwned() | NotStorable():
            return HTTPStatus.BAD_REQUEST, "invalidValue"
        case GroupsNotProvisioned():
            return HTTPStatus.METHOD_NOT_ALLOWED, None
        case NotProvisioned():
            return HTTPStatus.NOT_FOUND, None
        case VersionMismatch():
            return HTTPStatus.PRECONDITION_FAILED, None
        case Busy() | Rebuilding():
            return HTTPStatus.SERVICE_UNAVAILABLE, None
    # A refusal of the host's policy.
    return HTTPStatus.BAD_REQUEST, "invalidValue"
