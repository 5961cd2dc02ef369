"""The way back from Entra."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView

from entra_scim.accounts import links
from entra_scim.activation import lifecycle
from entra_scim.connection import credentials
from entra_scim.connection.configuration import connection_of
from entra_scim.connection.credentials import Credentials
from entra_scim.database.environment_model import environment_named
from entra_scim.explanations.sign_in_codes import code_of
from entra_scim.models import EntraConnection, ProvisionedUser
from entra_scim.sign_in import sessions, sign_ins

from . import answers, states
from .backend import CodeAnswer, EntraBackend
from .id_token import LEEWAY
from .pages import SignInStep, page
from .problems import SignInProblem


class CallbackView(SignInStep, OIDCAuthenticationCallbackView):  # type: ignore[misc]
    """The one Redirect URI of all environments: the state tells which it is."""

    http_method_names = ["get"]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        # Before all else, which might fail with the code in the request.
        self.answer = answers.take(request)
        super().setup(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.answer
        if answer is None:  # back from signing out at Entra
            return HttpResponseRedirect(
                resolve_url(django_settings.LOGOUT_REDIRECT_URL or "/")
            )
        pending = states.find(request, answer.state)
        if pending is None:
            return self.unexpected(request, answer)
        try:
            response = self.expected(request, answer, pending)
        except SignInProblem as problem:
            response = self.problem_page(request, problem)
        states.forget(response, answer.state)
        return response

    def unexpected(
        self, request: HttpRequest, answer: answers.Answer
    ) -> HttpResponseBase:
        """Go on where nobody waits for an answer, or say that it comes too late.

        It is forged, of an old tab, or a consent that was given in Entra's portal.
        Nobody comes in by it, and anyone who is signed in stays so.
        """
        if answer.is_consent and answer.error:
            raise SignInProblem(code_of(answer.error, answer.description))
        if request.user.is_authenticated:
            return self.go_on()
        if answer.is_consent:
            return HttpResponseRedirect(resolve_url(django_settings.LOGIN_URL))
        raise SignInProblem("expired")

    def expected(
        self, request: HttpRequest, answer: answers.Answer, pending: states.Pending
    ) -> HttpResponseBase:
        """Sign in, or test, by the first answer to a request of this browser's."""
        self.is_test, self.next = bool(pending.tester), pending.next
        self.environment = environment_named(pending.environment)
        if self.environment is None:
            raise SignInProblem("not_active")
        if pending.is_too_old:
            raise SignInProblem("expired")
        if not states.take(answer.state):
            if request.user.is_authenticated:
                return self.go_on()
            raise SignInProblem("expired")
        if answer.is_cancelled:
            raise SignInProblem("cancel")
        if answer.error:
            raise SignInProblem(
                code_of(answer.error, answer.description), is_hearsay=True
            )
        settings = connection_of(self.environment)
        if pending.tester:
            return self.tested(request, settings, answer, pending)
        used = credentials.in_use(settings)
        if not settings.is_active(timezone.now()) or used is None:
            raise SignInProblem("not_active")
        path, backend = _sign_in_backend()
        user: Any = backend.authenticate(
            request, entra_answer=self.code_answer(request, answer, pending, used)
        )
        user.backend = path
        if pending.is_proof and not _is_proof(user.entra_claims, pending):
            raise SignInProblem("not_asked", name=str(user), user_id=user.pk)
        return self.signed_in(request, settings, user)

    def go_on(self) -> HttpResponseBase:
        """Redirect to the page that signing in was for."""
        return HttpResponseRedirect(
            self.next or resolve_url(django_settings.LOGIN_REDIRECT_URL)
        )

    def code_answer(
        self,
        request: HttpRequest,
        answer: answers.Answer,
        pending: states.Pending,
        used: Credentials,
    ) -> CodeAnswer:
        """Return the answer as the backend wants it."""
        return CodeAnswer(
            environment=self.environment,
            credentials=used,
            code=answer.code,
            code_verifier=pending.code_verifier,
            nonce=pending.nonce,
            redirect_uri=request.build_absolute_uri(
                reverse("entra_scim_oidc:callback")
            ),
        )

    def signed_in(
        self, request: HttpRequest, settings: EntraConnection, user: Any
    ) -> HttpResponseBase:
        """Open the session, with a key of its own, and go on."""
        claims = user.entra_claims
        auth.login(request, user)
        # Django keeps the key where the same person was signed in before.
        request.session.cycle_key()
        sid = claims.get("sid")
        entra_session = sign_ins.open_session(
            settings.environment, user, sid if isinstance(sid, str) else None
        )
        sessions.stamp_entra(request.session, entra_session, _authenticated_at(claims))
        if lifecycle.note_sign_in(settings, user):
            messages.success(
                request,
                _(
                    "Confirmed: signing in with Microsoft Entra is active. Passwords "
                    "no longer work."
                ),
                fail_silently=True,  # not every product has messages
            )
        return self.go_on()

    def tested(
        self,
        request: HttpRequest,
        settings: EntraConnection,
        answer: answers.Answer,
        pending: states.Pending,
    ) -> HttpResponseBase:
        """Show what came back. A test signs nobody in and nobody out."""
        if str(request.user.pk) != pending.tester:
            raise SignInProblem("not_allowed")
        used = credentials.waiting(settings) or credentials.in_use(settings)
        if used is None:
            raise SignInProblem("credentials")
        claims = EntraBackend().claims_of(
            self.code_answer(request, answer, pending, used)
        )
        person = sign_ins.person_of(self.environment, claims["oid"])
        obstacle = _obstacle_of(person)
        is_on_trial = lifecycle.state_of(settings) == lifecycle.State.TRIAL
        is_confirmed = False
        if person is not None and not obstacle:
            lifecycle.record_test(settings, used, person.user)
            is_confirmed = lifecycle.note_sign_in(settings, person.user)
        return page(
            request,
            "sign_in_tested.html",
            {
                "claims": claims,
                "roles": claims.get("roles")
                if isinstance(claims.get("roles"), list)
                else [],
                "person": person,
                "obstacle": obstacle,
                "is_confirmed": is_confirmed,
                "confirmer": lifecycle.confirmer_of(settings)
                if is_on_trial and not is_confirmed
                else "",
                "back": self.next or "/",
            },
        )


def _sign_in_backend() -> tuple[str, Any]:
    """Return the path and the backend that takes Entra's answers.

    Django would ask those before it too. One that counts wrong passwords, such as
    django-axes, would then refuse Entra's answer because of somebody else's at the
    same address.

    Raises:
        SignInProblem: There is none.
    """
    for path in django_settings.AUTHENTICATION_BACKENDS:
        backend: Any = auth.load_backend(path)
        if getattr(backend, "is_entra", False):
            return path, backend
    raise SignInProblem("not_active")


def _obstacle_of(person: ProvisionedUser | None) -> str:
    """Return the code of what keeps a tested person out, or "" if they may sign in."""
    if person is None:
        return "not_provisioned"
    if not person.active or not person.user.is_active:
        return "inactive"
    return "" if links.is_in_force(person) else "not_managed"


def _authenticated_at(claims: dict[str, Any]) -> float:
    """Return when a person showed Entra who they are; 0 if it does not say so."""
    auth_time: Any = claims.get("auth_time")
    return float(auth_time) if type(auth_time) in (int, float) else 0.0


def _is_proof(claims: dict[str, Any], pending: states.Pending) -> bool:
    return _authenticated_at(claims) >= pending.added_on - LEEWAY
