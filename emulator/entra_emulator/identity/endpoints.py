"""What applications ask without a browser. Everything is JSON, errors too."""

from __future__ import annotations

import json
from collections.abc import Callable

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from . import discovery
from .provider import IdentityProvider
from .refusals import SignInRefused
from .tenants import FindProvider, base_of, provider_of

_URLS = Map(
    [
        Rule(
            "/<tenant_id>/v2.0/.well-known/openid-configuration",
            endpoint="configuration",
            methods=["GET"],
        ),
        Rule("/<tenant_id>/discovery/v2.0/keys", endpoint="keys", methods=["GET"]),
        Rule("/<tenant_id>/oauth2/v2.0/token", endpoint="token", methods=["POST"]),
    ],
    merge_slashes=False,
)

Endpoint = Callable[[Request, IdentityProvider], Response]


def answer(request: Request, find_provider: FindProvider) -> Response:
    """Answer a request of an application.

    Raises:
        NotFound: It is for none of the endpoints.
        HTTPException: It is for one that does not take it.
    """
    name, names = _URLS.bind_to_environ(request.environ).match()
    try:
        provider = provider_of(find_provider, names["tenant_id"])
        return _ENDPOINTS[name](request, provider)
    except SignInRefused as refused:
        return _json(refused.json, refused.status_code)


def _configuration(request: Request, provider: IdentityProvider) -> Response:
    return _json(json.dumps(discovery.configuration(_base_of(request, provider))))


def _keys(request: Request, provider: IdentityProvider) -> Response:
    issuer = discovery.issuer_of(_base_of(request, provider))
    return _json(json.dumps(provider.keys.published(issuer)))


def _token(request: Request, provider: IdentityProvider) -> Response:
    status, body = provider.token(
        _base_of(request, provider),
        list(request.form.items(multi=True)),
        dict(request.headers),
    )
    return _json(body, status)


_ENDPOINTS: dict[str, Endpoint] = {
    "configuration": _configuration,
    "keys": _keys,
    "token": _token,
}


def _base_of(request: Request, provider: IdentityProvider) -> str:
    return base_of(request.environ["HTTP_HOST"], provider.tenant)


def _json(body: str, status: int = 200) -> Response:
    return Response(body, status=status, content_type="application/json")
