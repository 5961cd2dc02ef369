"""OAuth 2.0 and OpenID Connect by oauthlib, with Entra's rules and Entra's answers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from oauthlib.common import Request, add_params_to_uri
from oauthlib.oauth2 import AuthorizationCodeGrant as OAuth2CodeGrant
from oauthlib.oauth2 import AuthorizationEndpoint, BearerToken, TokenEndpoint
from oauthlib.oauth2.rfc6749 import errors
from oauthlib.openid import RequestValidator
from oauthlib.openid.connect.core.grant_types import (
    AuthorizationCodeGrant as OpenIDCodeGrant,
)

from entra_scim.emulator.directory import new_id
from entra_scim.emulator.sign_in_errors import Stage
from entra_scim.emulator.tenant import Tenant

from . import clients
from .codes import Codes, IssuedCode
from .discovery import SCOPES, token_endpoint_of
from .refusals import SignInRefused, application_of, in_entra_s_form, refuse_if_provoked
from .sessions import Browser

TOKEN_LIFETIME = 3599  # seconds


@dataclass(frozen=True)
class Answer:
    """What the browser carries back to the application."""

    redirect_uri: str
    parameters: list[tuple[str, str]]
    response_mode: str

    @property
    def address(self) -> str:
        """The redirect URI with the parameters, for ``query`` and ``fragment``."""
        return add_params_to_uri(
            self.redirect_uri,
            self.parameters,
            fragment=self.response_mode == "fragment",
        )


def answer_of(refused: SignInRefused) -> Answer:
    """Return how a refusal reaches the application."""
    return Answer(
        str(refused.redirect_uri),
        [(name, str(value)) for name, value in refused.twotuples],
        refused.response_mode or "query",
    )


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
        if unknown := set(scopes) - set(SCOPES):
            raise SignInRefused(70011, " ".join(sorted(unknown)), request=request)
        return True

    def validate_silent_login(self, request: Request) -> bool:
        return bool(self.browser.people)

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

    def save_bearer_token(
        self, token: Any, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Keep nothing: access tokens of Entra's are for Microsoft Graph."""

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        self.codes.issued[code].is_redeemed = True


class _CodeGrant(OAuth2CodeGrant):
    refresh_token = False
    request_validator: EntraValidator

    def create_authorization_code(self, request: Request) -> dict[str, str]:
        return {
            **super().create_authorization_code(request),
            "code": self.request_validator.codes.new(),
            "session_state": new_id(),
        }

    def prepare_authorization_response(  # type: ignore[override]
        self, request: Request, token: Any, headers: Any, body: Any, status: Any
    ) -> tuple[dict[str, str], Answer, int]:
        # oauthlib knows no form_post.
        mode = request.response_mode
        mode = mode if mode in ("fragment", "form_post") else "query"
        return {}, Answer(str(request.redirect_uri), list(token.items()), mode), 302

    def validate_token_request(self, request: Request) -> None:
        try:
            super().validate_token_request(request)
        except errors.OAuth2Error as error:
            raise in_entra_s_form(error) from None

    def validate_code_challenge(
        self, challenge: str, challenge_method: str, verifier: str
    ) -> bool:
        if not super().validate_code_challenge(challenge, challenge_method, verifier):
            raise SignInRefused(501481)
        return True


class _OpenIDCodeGrant(OpenIDCodeGrant):
    def __init__(self, validator: EntraValidator) -> None:
        # The superclass would make an OAuth 2.0 grant of its own.
        self.proxy_target = _CodeGrant(validator)
        self.custom_validators.post_auth.append(self.openid_authorization_validator)
        self.register_token_modifier(self.add_id_token)


class EntraEndpoints(AuthorizationEndpoint, TokenEndpoint):
    """The authorization and the token endpoint, for one request."""

    def __init__(self, validator: EntraValidator) -> None:
        grant = _OpenIDCodeGrant(validator)
        token: Any = BearerToken(validator, expires_in=TOKEN_LIFETIME)
        AuthorizationEndpoint.__init__(self, "code", token, {"code": grant})
        TokenEndpoint.__init__(
            self, "authorization_code", token, {"authorization_code": grant}
        )
