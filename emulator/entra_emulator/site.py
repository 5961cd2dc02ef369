"""The site of a local Entra: what Microsoft has at login.microsoftonline.com.

Here is what applications ask, without a browser and without Django, so that it can be
served in the process of anybody's tests. The pages are in :mod:`.local_entra`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Request, Response

from .identity import IdentityProvider, SigningKeys
from .identity.endpoints import answer
from .loopback import is_from_this_machine
from .tenant import Tenant

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)


class EmulatorSite:
    """A WSGI application with the endpoints of tenants' identity providers.

    Tenants are apart, as at Microsoft: the ID in the path tells which it is. They
    share the signing keys.
    """

    def __init__(
        self, tenants: Iterable[Tenant] = (), *, keys: SigningKeys | None = None
    ) -> None:
        self.keys = keys or SigningKeys()
        self._identity_providers: dict[str, IdentityProvider] = {}
        for tenant in tenants:
            self.add(tenant)

    def add(self, tenant: Tenant) -> IdentityProvider:
        """Serve one more tenant, and return its identity provider."""
        provider = IdentityProvider(tenant, self.keys)
        self._identity_providers[tenant.id] = provider
        return provider

    def identity_provider(self, tenant_id: str) -> IdentityProvider | None:
        """Return the identity provider of a tenant, or None if it is not here.

        A single one here is that of anybody's work account, for an application of
        several tenants.
        """
        providers = list(self._identity_providers.values())
        if tenant_id == "organizations" and len(providers) == 1:
            applications = providers[0].tenant.applications
            return (
                providers[0] if any(a.is_multi_tenant for a in applications) else None
            )
        return self._identity_providers.get(tenant_id.lower())

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        return self._responder(environ)(environ, start_response)

    def respond(self, request: Request) -> Response:
        """Return what an endpoint answers.

        Raises:
            NotFound: The request is for none of them.
            HTTPException: It is for one that does not take it.
        """
        return answer(request, self.identity_provider)

    def other(self) -> WSGIApplication:
        """Return what answers everything but the endpoints."""
        return NotFound()

    def _responder(self, environ: WSGIEnvironment) -> WSGIApplication:
        # Not only serve() does: any server can serve this application.
        if not is_from_this_machine(environ):
            return _plain("This host is not the local Entra.", 400)
        try:
            response = self.respond(Request(environ))
        except NotFound:
            return self.other()
        except HTTPException as refusal:
            return refusal
        except Exception:
            logger.exception("The local Entra failed at %s", environ.get("PATH_INFO"))
            return _plain("The local Entra failed. See its log.", 500)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _plain(text: str, status: int) -> Response:
    return Response(text, status=status, content_type="text/plain")
