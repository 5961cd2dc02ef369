"""OAuth 2.0 and OpenID Connect by oauthlib, with Entra's rules and Entra's answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oauthlib.common import Request, add_params_to_uri
from oauthlib.oauth2 import AuthorizationCodeGrant as OAuth2CodeGrant
from oauthlib.oauth2 import (
    AuthorizationEndpoint,
    BearerToken,
    ClientCredentialsGrant,
    TokenEndpoint,
)
from oauthlib.oauth2.rfc6749 import errors
from oauthlib.openid.connect.core.grant_types import (
    AuthorizationCodeGrant as OpenIDCodeGrant,
)

from entra_emulator.directory import new_id

from .refusals import SignInRefused, in_entra_s_form
from .validator import EntraValidator

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


class _ApplicationGrant(ClientCredentialsGrant):
    """A token for the application itself, without a person (RFC 6749 §4.4)."""

    def validate_token_request(self, request: Request) -> None:
        try:
            super().validate_token_request(request)
        except errors.OAuth2Error as error:
            raise in_entra_s_form(error) from None


class EntraEndpoints(AuthorizationEndpoint, TokenEndpoint):
    """The authorization and the token endpoint, for one request."""

    def __init__(self, validator: EntraValidator) -> None:
        grant = _OpenIDCodeGrant(validator)
        token: Any = BearerToken(
            validator,
            token_generator=validator.access_token_of,
            expires_in=TOKEN_LIFETIME,
        )
        AuthorizationEndpoint.__init__(self, "code", token, {"code": grant})
        grants = {
            "authorization_code": grant,
            "client_credentials": _ApplicationGrant(validator),
        }
        TokenEndpoint.__init__(self, "authorization_code", token, grants)
