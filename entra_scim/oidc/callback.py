"""The way back from Entra."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from entra_scim.activation import lifecycle
from entra_scim.database.environment_model import environment_named
from entra_scim.explanations.sign_in_codes import code_of
from entra_scim.people import identity as identity_of_people
from entra_scim.policy import get_policy
from entra_scim.sign_in import sessions, sign_ins, vouchers
from entra_scim.web import names

from . import answers, set_up, states
from .backend import admitted
from .flow import AnsweredBefore, Identity, SignIn
from .pages import SignInStep, page
from .problems import SignInProblem


class CallbackView(SignInStep):
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
        asked = states.find(request, answer.state)
        if asked is None:
            return self.unexpected(request, answer)
        try:
            if asked.is_set_up:
                self.is_test, self.next = True, asked.next
                response = set_up.granted(request, answer, asked)
            else:
                response = self.expected(request, answer, asked)
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
        self, request: HttpRequest, answer: answers.Answer, asked: states.Pending
    ) -> HttpResponseBase:
        """Sign in, or test, by the first answer to a request of this browser's."""
        self.is_test, self.is_proof = asked.is_test, asked.is_proof
        self.next = asked.next
        self.environment = environment_named(asked.environment)
        sign_in = SignIn(
            asked=asked,
            answer=answer,
            environment=self.environment,
            redirect_uri=request.build_absolute_uri(
                reverse(names.full("entra_scim_oidc:callback"))
            ),
            visitor=request.user,
        )
        try:
            identity = sign_in.identity()
        except AnsweredBefore:
            if request.user.is_authenticated:
                return self.go_on()
            raise
        if self.is_test:
            return self.tested(request, identity)
        user = admitted(request, identity)
        if not sign_in.is_proved(identity):
            raise SignInProblem("not_asked", name=str(user), user_id=user.pk)
        return self.signed_in(request, identity, user)

    def go_on(self) -> HttpResponseBase:
        """Redirect to the page that signing in was for."""
        return HttpResponseRedirect(
            self.next or resolve_url(django_settings.LOGIN_REDIRECT_URL)
        )

    def signed_in(
        self, request: HttpRequest, identity: Identity, user: Any
    ) -> HttpResponseBase:
        """Let the product open the session, with a key of its own, and go on."""
        connection, session = identity.connection, request.session
        if sessions.is_of(session, user):
            # Django keeps the key where the same person was signed in before.
            session.cycle_key()
        elif auth.SESSION_KEY in session:
            session.flush()
        entra_session = sign_ins.open_session(
            connection.environment, user, identity.sid
        )
        vouchers.give(session, user, entra_session, identity.authenticated_at)
        with sign_ins.vouched(user):
            response: HttpResponseBase | None = get_policy().sign_in(
                request, user, self.next
            )
        if vouchers.is_given(session):  # the product asks for more first
            return response or self.go_on()
        # Django empties the session of somebody whose password has changed.
        sessions.stamp_entra(session, entra_session, identity.authenticated_at)
        if lifecycle.note_sign_in(connection, user):
            messages.success(
                request,
                _(
                    "Confirmed: signing in with Microsoft Entra is active. Passwords "
                    "no longer work."
                ),
                fail_silently=True,  # not every product has messages
            )
        return response or self.go_on()

    def tested(self, request: HttpRequest, identity: Identity) -> HttpResponseBase:
        """Show what came back. A test signs nobody in and nobody out."""
        connection, person = identity.connection, identity.person
        obstacle = identity.obstacle
        is_on_trial = lifecycle.state_of(connection) == lifecycle.State.TRIAL
        is_confirmed = False
        if person is not None and not obstacle:
            lifecycle.record_test(connection, identity.credentials, person.user)
            is_confirmed = lifecycle.note_sign_in(connection, person.user)
        roles = identity.claims.get("roles")
        return page(
            request,
            "sign_in_tested.html",
            {
                "claims": identity.claims,
                "roles": roles if isinstance(roles, list) else [],
                "person": person,
                "obstacle": obstacle,
                "waits": person is None
                and identity_of_people.is_awaited(
                    connection.environment, str(identity.claims["oid"])
                ),
                "is_confirmed": is_confirmed,
                "confirmer": lifecycle.confirmer_of(connection)
                if is_on_trial and not is_confirmed
                else "",
                "back": self.next or "/",
            },
        )
