"""What applications ask without a browser. Everything is JSON, errors too."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from entra_emulator.web import SiteRequest

from . import discovery
from .provider import IdentityProvider
from .refusals import SignInRefused
from .tenants import base_of, provider_of

Endpoint = Callable[[SiteRequest, IdentityProvider], HttpResponse]


def _endpoint(view: Endpoint) -> Callable[..., HttpResponse]:
    @functools.wraps(view)
    def answer(request: HttpRequest, tenant_id: str) -> HttpResponse:
        try:
            asked = cast("SiteRequest", request)
            return view(asked, provider_of(asked, tenant_id))
        except SignInRefused as refused:
            return JsonResponse(refused.body, status=refused.status_code)

    return answer


@require_GET
@_endpoint
def configuration(request: SiteRequest, provider: IdentityProvider) -> HttpResponse:
    return JsonResponse(discovery.configuration(base_of(request, provider)))


@require_GET
@_endpoint
def keys(request: SiteRequest, provider: IdentityProvider) -> HttpResponse:
    issuer = discovery.issuer_of(base_of(request, provider))
    return JsonResponse(provider.keys.published(issuer))


@csrf_exempt
@require_POST
@_endpoint
def token(request: SiteRequest, provider: IdentityProvider) -> HttpResponse:
    status, body = provider.token(
        base_of(request, provider), request.POST, request.headers
    )
    return HttpResponse(body, status=status, content_type="application/json")
