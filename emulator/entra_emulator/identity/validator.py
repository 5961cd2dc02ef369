"""What Entra holds of a request, for oauthlib to ask."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from oauthlib.common import Request
from oauthlib.openid import RequestValidator

from entra_emulator.applications import Application
from entra_emulator.sign_in_errors import Stage
from entra_emulator.tenant import Tenant

from . import access_tokens, clients
from .codes import Codes, IssuedCode
from .discovery import SCOPES, token_endpoint_of
from .refusals import SignInRefused, application_of, refuse_if_provoked
from .sessions import Browser


@dataclass(kw_only=True, eq=False)
class EntraValidator(RequestValidator):
    """What Entra holds of one request, asked by oauthlib in Entra's order."""

    tenant: Tenant
    base: str
    """The address of the tenant at this site: ``<scheme>://<host>/<tenant ID>``."""
    codes: Codes
    browser: Browser
    id_token: Callable[[IssuedCode, str], str]
    """Makes an ID token for a code, with an issuer's base."""
    access_token: Callable[[Application, list[str] | None], str]
    """Makes an access token for an application, with a person's permissions for Graph.

    None stands for the application's own.
    """

    # The authorization request

    def validate_client_id(
        self, client_id: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        application = self.tenant.application(client_id)
        if application is None:
            raise SignInRefused(700016, client_id, request=request)
        if not application.is_enabled:
            raise SignInRefused(7000112, application.display_name, request=request)
        request.client = application
        return True

    def validate_redirect_uri(
        self,
        client_id: str,
        redirect_uri: str,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        if redirect_uri not in application_of(request).redirect_uris:
            raise SignInRefused(50011, redirect_uri, request=request)
        return True

    def get_default_redirect_uri(
        self, client_id: str, request: Request, *args: Any, **kwargs: Any
    ) -> str:
        # Entra takes any of several, which is why clients must send it.
        uris = application_of(request).redirect_uris
        return random.choice(uris) if uris else ""  # noqa: S311

    def validate_response_type(
        self,
        client_id: str,
        response_type: str,
        client: Any,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        if response_type != "code":
            raise SignInRefused(700054, response_type, request=request)
        return True

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        return False

    def get_default_scopes(
        self, client_id: str, request: Request, *args: Any, **kwargs: Any
    ) -> list[str]:
        raise SignInRefused(900144, "scope", request=request)

    def validate_scopes(
        self,
        client_id: str,
        scopes: list[str],
        client: Any,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        if request.grant_type == "client_credentials":
            # All that was granted to it beforehand, of one API.
            unknown = {scope for scope in scopes if not scope.endswith("/.default")}
        else:
            of_graph = {one for one in scopes if access_tokens.permission_of(one)}
            unknown = set(scopes) - set(SCOPES) - of_graph
        if unknown:
            raise SignInRefused(70011, " ".join(sorted(unknown)), request=request)
        return True

    def validate_silent_login(self, request: Request) -> bool:
        return bool(self.browser.sign_ins)

    def validate_silent_authorization(self, request: Request) -> bool:
        # It depends on the person, of whom several may be signed in.
        return True

    def validate_user_match(
        self, id_token_hint: str, scopes: Any, claims: Any, request: Request
    ) -> bool:
        # Entra has no parameter id_token_hint.
        return True

    def save_authorization_code(
        self, client_id: str, code: Any, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        self.codes.issued[code["code"]] = IssuedCode(
            application=application_of(request),
            sign_in=request.sign_in,  # type: ignore[arg-type]
            redirect_uri=str(request.redirect_uri),
            scopes=list(request.scopes or ()),
            nonce=request.nonce,
            has_max_age=request.max_age is not None,
            code_challenge=request.code_challenge,
            code_challenge_method=request.code_challenge_method,
            issued_at=self.tenant.clock.now(),
        )

    # The token request

    def client_authentication_required(
        self, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        return True

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        clients.read_basic_authentication(request)
        if not request.client_id:
            raise SignInRefused(900144, "client_id")
        self.validate_client_id(request.client_id, request)
        refuse_if_provoked(request, Stage.TOKEN)
        clients.authenticate(
            application_of(request),
            request,
            clock=self.tenant.clock,
            token_endpoint=token_endpoint_of(self.base),
        )
        return True

    def validate_grant_type(
        self,
        client_id: str,
        grant_type: str,
        client: Any,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        return True

    def validate_code(
        self,
        client_id: str,
        code: str,
        client: Any,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        issued = self.codes.find(code, application_of(request))
        request.user, request.scopes = issued.sign_in.person, issued.scopes
        return True

    def get_code_challenge(self, code: str, request: Request) -> Any:
        return self.codes.issued[code].code_challenge

    def get_code_challenge_method(self, code: str, request: Request) -> Any:
        return self.codes.issued[code].code_challenge_method

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Any,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        if redirect_uri != self.codes.issued[code].redirect_uri:
            raise SignInRefused(50011, redirect_uri)
        return True

    def get_authorization_code_nonce(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> Any:
        return self.codes.issued[code].nonce

    def finalize_id_token(
        self,
        id_token: dict[str, Any],
        token: dict[str, Any],
        token_handler: Any,
        request: Request,
    ) -> str:
        return self.id_token(self.codes.issued[str(request.code)], self.base)

    def access_token_of(self, request: Request) -> str:
        application = application_of(request)
        if request.grant_type == "client_credentials":
            return self.access_token(application, None)
        permissions = map(access_tokens.permission_of, request.scopes or ())
        return self.access_token(application, [one for one in permissions if one])

    def save_bearer_token(
        self, token: Any, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Keep nothing: access tokens of Entra's are for Microsoft Graph."""

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        self.codes.issued[code].is_redeemed = True
