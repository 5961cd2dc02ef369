"""What somebody typed whose session had ended: kept until they have signed in again."""

from __future__ import annotations

import functools
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

_KEPT = "entra_scim_typed"
_FIELDS = (
    *("client_id", "tenant_id", "cloud"),
    *("client_secret_term", "client_secret_expires_on"),
    *("role-value", "role-group", "role-target"),
    *("value", "group", "target"),
)
"""What is kept: no secret, no password, and nothing that is long."""

_LONGEST = 300


def keeping(view: Any) -> Any:
    """Keep what a form sends to a view that asks to sign in first.

    Within the session, which Django hands on to who signs in. The view has checked
    where the form came from, so nobody plants what somebody else finds typed.

    Its attribute ``keep_typed`` takes the request and does so before the view, where
    middleware such as Django's LoginRequiredMiddleware asks in its place.
    """

    @functools.wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        is_signed_out = _is_signed_out(request)
        response = view(request, *args, **kwargs)
        if is_signed_out and response.status_code == HTTPStatus.FOUND:
            _keep(request)
        return response

    kept.keep_typed = _keep_if_checked  # type: ignore[attr-defined]
    return kept


def taken_back(request: HttpRequest) -> dict[str, str] | None:
    """Return what was typed for a page before its visitor signed in, once, and say so."""
    kept = request.session.get(_KEPT)
    if kept is None or kept["path"] != request.path:
        return None
    del request.session[_KEPT]
    messages.warning(
        request,
        _(
            "You were signed out, so nothing was saved. This is what you typed, without "
            "secrets. Check it, and save it again."
        ),
    )
    values: dict[str, str] = kept["values"]
    return values


def _keep_if_checked(request: HttpRequest) -> None:
    # By Django's middleware: the view's own check does not come any more.
    if getattr(request, "csrf_processing_done", False) and _is_signed_out(request):
        _keep(request)


def _is_signed_out(request: HttpRequest) -> bool:
    return request.method == "POST" and not request.user.is_authenticated


def _keep(request: HttpRequest) -> None:
    values = {
        name: request.POST[name][:_LONGEST] for name in _FIELDS if name in request.POST
    }
    if any(values.values()):
        request.session[_KEPT] = {"path": request.path, "values": values}
