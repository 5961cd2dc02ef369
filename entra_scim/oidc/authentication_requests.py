"""The way to Entra."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from entra_scim.activation import lifecycle
from entra_scim.connection import credentials
from entra_scim.connection.calls import ProviderDown
from entra_scim.connection.configuration import connection_of
from entra_scim.connection.credentials import Credentials
from entra_scim.database.environment_model import AnyEnvironment, environment_named
from entra_scim.environments import domains
from entra_scim.secrecy.hiding import without_variables

from . import metadata, mozilla, states
from .pages import AGAIN, OTHER_ACCOUNT, TEST, SignInStep, onward_page, page
from .problems import SignInProblem

PROOF = {"prompt": "login", "max_age": "0"}
"""What makes Entra ask for credentials, and say when it did (OpenID Connect Core
§3.1.2.1). By ``prompt`` alone, nobody could tell if it was taken out of the address."""


class SignInView(SignInStep):
    """Lead to the Entra of an environment: named by the URL, or found."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, environment_id: str = "") -> HttpResponseBase:
        target = self.next = _safe_next(request)
        self.is_proof = AGAIN in request.GET
        environment = _environment_of_url(environment_id) if environment_id else None
        login_hint = request.GET.get("address", "").strip()
        if environment is None and login_hint:
            environment = domains.environment_of(login_hint)
            if environment is None:
                raise SignInProblem("unknown_organisation")
        if environment is None:
            several = list(lifecycle.active_settings()[:2])
            if not several:
                raise SignInProblem("not_active")
            if len(several) > 1:
                return page(request, "sign_in_address.html", {"next": target})
            environment = several[0].environment
        self.environment = environment
        settings = connection_of(environment)
        if not settings.is_active(timezone.now()):
            lifecycle.note_trial_end(settings)
            self.environment = None
            raise SignInProblem("not_active")
        response = self.lead_to_entra(
            request,
            credentials.in_use(settings),
            target,
            _account_parameters(request, login_hint),
        )
        is_of_form = "address" in request.GET and not environment_id
        if is_of_form:
            onward = onward_page(request, response.url)
            onward.cookies = response.cookies
            return onward
        return response

    @without_variables
    def lead_to_entra(
        self,
        request: HttpRequest,
        used: Credentials | None,
        target: str,
        parameters: dict[str, str],
    ) -> HttpResponseRedirect:
        """Redirect to Entra, with state, nonce and PKCE, and note the request."""
        if used is None:
            raise SignInProblem("credentials")
        try:
            endpoint = metadata.configuration(used)["authorization_endpoint"]
        except ProviderDown as error:
            raise SignInProblem(error.code, detail=str(error)) from None
        asked = mozilla.authentication_request(
            request,
            endpoint=endpoint,
            client_id=str(used.client_id),
            # Not form_post: a cookie with SameSite=Lax would not come along.
            parameters={"response_mode": "query", **parameters},
        )
        response = HttpResponseRedirect(asked.address.reveal())
        pending = states.Pending(
            environment=str(cast(AnyEnvironment, self.environment).pk),
            nonce=asked.nonce,
            code_verifier=asked.code_verifier,
            next=target,
            tester=str(request.user.pk) if self.is_test else "",
            added_on=asked.made_at,
            is_proof=self.is_proof,
        )
        states.add(request, response, asked.state, pending)
        return response


class TestSignInView(SignInView):
    """Go through Entra for real, for the tab, and change no session."""

    is_test = True

    def get(self, request: HttpRequest, environment_id: str = "") -> HttpResponseBase:
        environment = _environment_of_url(environment_id)
        self.next = _safe_next(request)
        # For one test: by the next, the visitor may have lost their permissions.
        allowed = request.session.pop(TEST, None)
        if not request.user.is_authenticated or allowed != environment_id:
            raise SignInProblem("not_allowed")
        self.environment = environment
        settings = connection_of(environment)
        used = credentials.newest(settings)
        return self.lead_to_entra(
            request, used, self.next, {"prompt": "select_account"}
        )


def _account_parameters(request: HttpRequest, login_hint: str) -> dict[str, str]:
    """Return what Entra is told about the account. It takes one of the two only."""
    if AGAIN in request.GET:
        return PROOF
    if OTHER_ACCOUNT in request.GET:
        return {"prompt": "select_account"}
    return {"login_hint": login_hint} if login_hint else {}


def _safe_next(request: HttpRequest) -> str:
    """Return where to go after signing in, if that is on this site, else ""."""
    target = request.GET.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return target if is_safe and len(target) <= 500 else ""


def _environment_of_url(environment_id: str) -> AnyEnvironment:
    environment = environment_named(environment_id)
    if environment is None:
        raise SignInProblem("not_active")
    return environment
