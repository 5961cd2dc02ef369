"""Sign-in to Entra as somebody who lets the product set it up.

It signs nobody in here. The application is the product's own, of several tenants, which
is why issuer and directory are not known before.
"""

from __future__ import annotations

import uuid
from typing import Any

import jwt
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from entra_scim.conf import conf
from entra_scim.connection import authorities, calls, federation
from entra_scim.connection.configuration import connection_of
from entra_scim.connection.credentials import Credentials
from entra_scim.database.environment_model import AnyEnvironment, environment_named
from entra_scim.explanations.sign_in_codes import code_of
from entra_scim.kit import grants
from entra_scim.kit.automatic import PERMISSIONS
from entra_scim.kit.environments import cloud_of
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.web import names

from . import client, mozilla, states
from .answers import Answer
from .pages import SignInStep
from .problems import SignInProblem

_GRAPH = "https://graph.microsoft.com"
_SCOPES = " ".join(
    ["openid", "profile", *(f"{_GRAPH}/{permission}" for permission in PERMISSIONS)]
)
_ANY_DIRECTORY = "organizations"


class SetUpSignInView(SignInStep):
    """Leads to Entra, to ask for the permissions that the set-up needs."""

    http_method_names = ["get"]
    is_test = True

    @without_variables
    def get(self, request: HttpRequest, environment_id: str) -> HttpResponseBase:
        target = request.GET.get("next", "")
        if url_has_allowed_host_and_scheme(target, {request.get_host()}):
            self.next = target
        # For one sign-in: by the next, the visitor may have lost their permissions.
        allowed = grants.take_asked(request.session)
        environment = environment_named(environment_id)
        if (
            environment is None
            or allowed != environment_id
            or not request.user.is_authenticated
            or not conf.SETUP_CLIENT_ID
        ):
            raise SignInProblem("not_allowed")
        settings = connection_of(environment)
        asked = mozilla.authentication_request(
            request,
            endpoint=_endpoint(environment, "authorize", settings.tenant_id),
            client_id=conf.SETUP_CLIENT_ID,
            scopes=_SCOPES,
            parameters={"response_mode": "query"},
        )
        response = HttpResponseRedirect(asked.address.reveal())
        pending = states.Pending(
            environment=environment_id,
            nonce=asked.nonce,
            code_verifier=asked.code_verifier,
            next=self.next,
            tester=str(request.user.pk),
            added_on=asked.made_at,
            is_set_up=True,
        )
        states.add(request, response, asked.state, pending)
        return response


@without_variables
def granted(
    request: HttpRequest, answer: Answer, asked: states.Pending
) -> HttpResponseBase:
    """Keep what Entra granted in the visitor's session, and go on to the plan.

    Raises:
        SignInProblem: Nothing was granted, or another visitor asked for it.
    """
    environment = environment_named(asked.environment)
    if environment is None or str(request.user.pk) != asked.tester:
        raise SignInProblem("not_allowed")
    if asked.is_too_old or not states.take(answer.state):
        raise SignInProblem("expired")
    if answer.is_cancelled:
        raise SignInProblem("cancel")
    if answer.error:
        raise SignInProblem(code_of(answer.error, answer.description), is_hearsay=True)
    token = _redeemed(request, environment, answer.code, asked)
    claims = _claims_of(token.get("id_token") or Secret(""), asked.nonce)
    access_token = token.get("access_token")
    if not isinstance(access_token, Secret):
        raise SignInProblem("token", detail="no access token")
    grants.keep(
        request.session,
        str(environment.pk),
        token=access_token,
        tenant_id=str(claims.get("tid", "")),
        name=str(claims.get("preferred_username") or claims.get("name") or ""),
        lasts=int(token.get("expires_in") or 0),
    )
    return HttpResponseRedirect(asked.next or "/")


@without_variables
def _redeemed(
    request: HttpRequest,
    environment: AnyEnvironment,
    code: Secret,
    asked: states.Pending,
) -> dict[str, Any]:
    settings = connection_of(environment)
    endpoint = _endpoint(environment, "token", settings.tenant_id)
    kinds = federation.kinds()
    credentials = Credentials(
        client_id=uuid.UUID(conf.SETUP_CLIENT_ID),
        tenant_id=uuid.UUID(int=0),
        cloud="",
        client_secret=Secret(conf.SETUP_CLIENT_SECRET),
        federation="" if conf.SETUP_CLIENT_SECRET else next(iter(kinds), ""),
    )
    form: dict[str, Secret | str] = {
        "client_id": conf.SETUP_CLIENT_ID,
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": asked.code_verifier,
        "redirect_uri": request.build_absolute_uri(
            reverse(names.full("entra_scim_oidc:callback"))
        ),
        "scope": _SCOPES,
    }
    try:
        form |= client.authentication(credentials, endpoint)
        status, document = calls.fetch("POST", endpoint, form)
    except calls.ProviderDown as error:
        raise SignInProblem("down", detail=str(error)) from None
    if status != 200:
        raise SignInProblem(
            code_of(
                str(document.get("error", "")),
                str(document.get("error_description", "")),
            ),
            detail="the set-up application",
        )
    return document


@without_variables
def _claims_of(token: Secret, nonce: Secret) -> dict[str, Any]:
    """Return what the ID token says of the visitor at Entra.

    It came from the token endpoint itself, so that its signature need not be verified
    (OpenID Connect Core 1.0 §3.1.3.7), and nobody is signed in by it.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token.reveal(), options={"verify_signature": False}
        )
    except jwt.PyJWTError as error:
        raise SignInProblem("token", detail=type(error).__name__) from None
    if claims.get("aud") != conf.SETUP_CLIENT_ID or nonce != str(claims.get("nonce")):
        raise SignInProblem("token", detail="of another request")
    return claims


def _endpoint(environment: AnyEnvironment, name: str, tenant_id: Any) -> str:
    """Return a fixed address of Microsoft's, where the directory is not known yet.

    https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
    """
    host = authorities.hosts()[cloud_of(connection_of(environment))]
    return f"{host}/{tenant_id or _ANY_DIRECTORY}/oauth2/v2.0/{name}"
