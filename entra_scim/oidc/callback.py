"""The way back from Entra."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView

from entra_scim import activation, credentials, sessions, sign_in
from entra_scim.connection import settings_of
from entra_scim.credentials import Credentials
from entra_scim.models import EntraSettings
from entra_scim.models.environment import environment_named
from entra_scim.sign_in_codes import code_of

from . import states
from .backend import CodeAnswer, EntraBackend
from .pages import SignInPage, page
from .problems import SignInProblem


class CallbackView(SignInPage, OIDCAuthenticationCallbackView):  # type: ignore[misc]
    """The one Redirect URI of all environments: the state tells which it is."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if not request.GET:  # back from signing out at Entra
            return HttpResponseRedirect(
                resolve_url(django_settings.LOGOUT_REDIRECT_URL or "/")
            )
        pending = states.take(request, request.GET.get("state", ""))
        if pending is None:
            # A forged answer, the back button, or an old tab: whoever is signed in
            # stays so, and nobody else comes in.
            raise SignInProblem("expired")
        self.is_test, self.next = pending.is_test, pending.next
        self.environment = environment_named(pending.environment)
        if self.environment is None:
            raise SignInProblem("not_active")
        if pending.is_too_old:
            raise SignInProblem("expired")
        if error := request.GET.get("error"):
            if request.GET.get("error_subcode") == "cancel":
                raise SignInProblem("cancel")
            raise SignInProblem(
                code_of(error, request.GET.get("error_description", "")),
                is_hearsay=True,
            )
        settings = settings_of(self.environment)
        if pending.is_test:
            return self.tested(request, settings, pending)
        used = credentials.in_use(settings)
        if not settings.is_active(timezone.now()) or used is None:
            raise SignInProblem("not_active")
        user = auth.authenticate(
            request, entra_answer=self.answer(request, pending, used)
        )
        if user is None:
            raise SignInProblem("not_active")
        return self.signed_in(request, settings, user)

    def answer(
        self, request: HttpRequest, pending: states.Pending, used: Credentials
    ) -> CodeAnswer:
        """Return the answer as the backend wants it."""
        return CodeAnswer(
            environment=self.environment,
            credentials=used,
            code=request.GET.get("code", ""),
            code_verifier=pending.code_verifier,
            nonce=pending.nonce,
            redirect_uri=request.build_absolute_uri(
                reverse("entra_scim_oidc:callback")
            ),
        )

    def signed_in(
        self, request: HttpRequest, settings: EntraSettings, user: Any
    ) -> HttpResponseBase:
        """Open the session, with a key of its own, and go on."""
        claims = user.entra_claims
        auth.login(request, user)
        # Django keeps the key where the same person was signed in before.
        request.session.cycle_key()
        sid = claims.get("sid")
        entra_session = sign_in.open_session(
            settings.environment, user, sid if isinstance(sid, str) else None
        )
        auth_time = claims.get("auth_time")
        sessions.stamp_entra(
            request.session,
            entra_session,
            auth_time if type(auth_time) in (int, float) else None,
        )
        activation.note_sign_in(settings, user)
        return HttpResponseRedirect(
            self.next or resolve_url(django_settings.LOGIN_REDIRECT_URL)
        )

    def tested(
        self, request: HttpRequest, settings: EntraSettings, pending: states.Pending
    ) -> HttpResponseBase:
        """Show what came back. A test signs nobody in and nobody out."""
        if not request.user.is_authenticated:
            raise SignInProblem("not_allowed")
        used = credentials.waiting(settings) or credentials.in_use(settings)
        if used is None:
            raise SignInProblem("credentials")
        claims = EntraBackend().claims_of(self.answer(request, pending, used))
        person = sign_in.person_of(self.environment, claims["oid"])
        worked = person is not None and person.active
        if person is not None and worked:
            activation.record_test(settings, used, person.user)
        return page(
            request,
            "sign_in_tested.html",
            {
                "claims": claims,
                "roles": claims.get("roles")
                if isinstance(claims.get("roles"), list)
                else [],
                "person": person,
                "worked": worked,
                "back": self.next or "/",
            },
        )
