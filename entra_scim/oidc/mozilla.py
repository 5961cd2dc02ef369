"""What mozilla-django-oidc does for us. Nothing else of ours imports it.

It was made for one provider, which settings of Django name. Here each environment has a
provider of its own, so that what it would read from settings is given to it. What it
carries and what we override is in ``docs/decisions``.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.views import View
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationRequestView, OIDCLogoutView

from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.web import names


@dataclass(frozen=True, kw_only=True)
class AuthenticationRequest:
    """A request that a browser takes to Entra (OpenID Connect Core 1.0 §3.1.2.1)."""

    address: Secret
    state: Secret
    nonce: Secret
    code_verifier: Secret
    made_at: float


@without_variables
def authentication_request(
    request: HttpRequest,
    *,
    endpoint: str,
    client_id: str,
    parameters: dict[str, str],
    scopes: str = "openid profile email",
) -> AuthenticationRequest:
    """Return a new authentication request, with state, nonce and PKCE."""
    view = _RequestView()
    view.OIDC_OP_AUTH_ENDPOINT = endpoint
    view.OIDC_RP_CLIENT_ID = client_id
    view.parameters = parameters
    view.scopes = scopes
    # It keeps the three in the visitor's session, without a hook before that. Ours are
    # in a cookie for each request, so it gets a dictionary in place of the session.
    kept: dict[str, Any] = {}
    asking: Any = copy.copy(request)
    asking.session = kept
    address = view.get(asking).url
    [(state, values)] = kept["oidc_states"].items()
    return AuthenticationRequest(
        address=Secret(address),
        state=Secret(state),
        nonce=Secret(values["nonce"]),
        code_verifier=Secret(values["code_verifier"]),
        made_at=values["added_on"],
    )


class _RequestView(OIDCAuthenticationRequestView):  # type: ignore[misc]
    parameters: dict[str, str]
    scopes: str

    def __init__(self) -> None:
        View.__init__(self)

    def get_settings(self, attr: str, *args: Any) -> Any:
        values = {
            "OIDC_AUTHENTICATION_CALLBACK_URL": names.full("entra_scim_oidc:callback"),
            "OIDC_RP_SCOPES": self.scopes,
            "OIDC_USE_PKCE": True,
        }
        return values[attr] if attr in values else args[0]

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        return self.parameters


class Backend(OIDCAuthenticationBackend):  # type: ignore[misc]
    """Its backend, which is one of Django's with another way to find out who it is."""

    def __init__(self) -> None:
        # Django makes a backend for every request.
        self.UserModel = get_user_model()


class LogoutView(OIDCLogoutView):  # type: ignore[misc]
    """Its view that ends the session here."""

    http_method_names = ["post"]

    def get_settings(self, attr: str, *args: Any) -> Any:
        if attr == "LOGOUT_REDIRECT_URL":
            return django_settings.LOGOUT_REDIRECT_URL or "/"
        return args[0]
