"""Signing out: here, at Entra, and from Entra."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt

from entra_scim.connection import authorities, credentials
from entra_scim.connection.calls import ProviderDown
from entra_scim.connection.configuration import connection_of
from entra_scim.database.environment_model import AnyEnvironment, environment_named
from entra_scim.database.transactions import deciding
from entra_scim.models import EntraSession
from entra_scim.sign_in import sessions, sign_ins
from entra_scim.web import names

from . import metadata, mozilla
from .pages import onward_page


@method_decorator(login_not_required, name="dispatch")
class SignOutView(mozilla.LogoutView):
    """End the session here and, if ``everywhere`` is posted, at Entra."""

    @deciding()
    def post(self, request: HttpRequest) -> HttpResponseBase:
        everywhere = _logout_url(request) if request.POST.get("everywhere") else None
        response: HttpResponseBase = super().post(request)
        return onward_page(request, everywhere) if everywhere else response


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
@method_decorator(xframe_options_exempt, name="dispatch")
class FrontChannelLogoutView(View):
    """Entra signs somebody out: it shows this URL in a hidden frame, with a ``sid``.

    The browser keeps our cookie from a foreign frame, so the session is ended by
    what the server remembers (OpenID Connect Front-Channel Logout 1.0 §3). Entra
    sends no ``iss``; where there is one, it must be the tenant's.
    """

    http_method_names = ["get"]

    @deciding()
    def get(self, request: HttpRequest, environment_id: str) -> HttpResponse:
        sid = request.GET.get("sid", "")
        environment = environment_named(environment_id)
        if environment is not None and sid and _is_issuer(environment, request):
            sign_ins.end_sessions(environment, sid)
        return HttpResponse("")


def _is_issuer(environment: AnyEnvironment, request: HttpRequest) -> bool:
    issuer = request.GET.get("iss")
    if issuer is None:
        return True
    settings = connection_of(environment)
    return (
        settings.tenant_id is not None
        and settings.cloud in authorities.hosts()
        and issuer == authorities.issuer_of(settings.cloud, settings.tenant_id)
    )


def _logout_url(request: HttpRequest) -> str | None:
    """Return where Entra signs the visitor out, if that is how they came in."""
    key: Any = request.session.get(sessions.ENTRA_SESSION)
    entra_session = (
        EntraSession.objects.filter(pk=key).select_related("environment").first()
    )
    if entra_session is None:
        return None
    used = credentials.in_use(connection_of(entra_session.environment))
    try:
        endpoint = (
            metadata.configuration(used).get("end_session_endpoint") if used else None
        )
    except ProviderDown:
        return None
    if not endpoint:
        return None
    home = request.build_absolute_uri(reverse(names.full("entra_scim_oidc:callback")))
    return f"{endpoint}?{urlencode({'post_logout_redirect_uri': home})}"
