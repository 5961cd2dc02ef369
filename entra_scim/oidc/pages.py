"""What the pages of signing in have in common."""

from __future__ import annotations

import datetime
import uuid
from http import HTTPStatus
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from entra_scim.connection import credentials
from entra_scim.connection.configuration import connection_of
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.transactions import deciding
from entra_scim.exceptions import Busy, Rebuilding
from entra_scim.explanations import sign_in_codes
from entra_scim.logs import logged_as_warning, logger
from entra_scim.secrecy.hiding import hide_in_reports
from entra_scim.sign_in import sign_ins
from entra_scim.story import notifications
from entra_scim.web import names
from entra_scim.web.engines import engine
from entra_scim.web.prefetches import is_prefetch

from . import turns
from .problems import SignInProblem

TEST = "entra_scim_test"
"""Where the tab notes which environment a visitor may test."""

OTHER_ACCOUNT = "other_account"
"""The parameter by which Entra asks for the account, however many it knows."""

AGAIN = "again"
"""The parameter by which Entra asks for credentials, though it knows the person."""

_TOLD = datetime.timedelta(days=1)
"""The time between two mails about the same problem."""


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page for people who sign in."""
    # Not every engine has the context processor of django.contrib.auth.
    context = {"user": getattr(request, "user", None), **context}
    content = engine().get_template(f"entra_scim/{template}").render(context, request)
    return HttpResponse(content, status=status)


def onward_page(request: HttpRequest, url: str) -> HttpResponse:
    """Return a page that goes on to Microsoft, after a form was sent.

    A redirect would be blocked where a Content Security Policy has form-action
    'self': Chromium applies it to where a form ends, redirects included.
    """
    return page(request, "sign_in_onward.html", {"url": url})


# No transaction of a host's waits for Entra, with its locks.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class SignInStep(View):
    """A request of a sign-in: each problem that it meets ends on a page."""

    environment: AnyEnvironment | None = None
    is_test = False
    is_proof = False
    """Whether an administrator shows anew who they are, for a change in the tab."""
    next = ""

    @deciding()
    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        hide_in_reports(request)
        if is_prefetch(request.headers):
            unasked = HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
            return logged_as_warning(unasked, request)
        transactions.renew_connection()
        try:
            return super().dispatch(request, *args, **kwargs)
        except SignInProblem as problem:
            return self.problem_page(request, problem)
        except (Busy, Rebuilding):
            return self.problem_page(request, SignInProblem("busy"))

    @property
    def is_of_tab(self) -> bool:
        """Whether it began in the tab, by an administrator."""
        return self.is_test or self.is_proof

    def problem_page(
        self, request: HttpRequest, problem: SignInProblem
    ) -> HttpResponse:
        """Say what to do, and leave an event for the administrator."""
        explanation = problem.explanation
        reference = str(uuid.uuid4())
        if self.environment is not None and explanation.administrator:
            try:
                reference = self.recorded(self.environment, problem)
            except Busy:
                logger.warning("Could not record a failed sign-in", exc_info=True)
        logger.warning(
            "Sign-in failed: %s %s (%s)", problem.code, problem.detail, reference
        )
        return page(
            request,
            "sign_in_problem.html",
            {
                "problem": problem,
                "explanation": explanation,
                "reference": reference,
                "is_test": self.is_test,
                "is_of_tab": self.is_of_tab,
                "again": self.way_back(problem),
            },
            status=HTTPStatus.SERVICE_UNAVAILABLE
            if problem.code in ("down", "busy")
            else HTTPStatus.BAD_REQUEST,
        )

    def recorded(self, environment: AnyEnvironment, problem: SignInProblem) -> str:
        """Leave the event of a problem, tell who has to know, and return its reference."""
        reference = sign_ins.record_failure(
            environment,
            problem.reason,
            sign_in_codes.told(problem.code),
            problem.name,
            problem.user_id,
            is_of_waiting=self.is_test
            and credentials.waiting(connection_of(environment)) is not None,
        )
        if problem.explanation.urgent and not (self.is_test or problem.is_hearsay):
            self.tell_administrators(environment, problem)
        return reference

    def tell_administrators(
        self, environment: AnyEnvironment, problem: SignInProblem
    ) -> None:
        """Mail that nobody can sign in, once in a while."""
        # Not in the cache, which may be a dummy: anybody can open a sign-in link.
        if turns.take(f"told {environment.pk} {problem.reason}", _TOLD):
            nobody = _("Nobody of %(environment)s can sign in with Microsoft Entra.")
            admin = _("The Admin still signs in with a password.")
            notifications.tell_administrators(
                environment,
                f"{nobody % {'environment': environment}} "
                f"{sign_in_codes.told(problem.code)} {admin}",
            )

    def way_back(self, problem: SignInProblem) -> str:
        """Return where to start again."""
        if self.is_of_tab:
            return self.next or "/"
        query = {"next": self.next} if self.next else {}
        if problem.code == "not_active":
            path = resolve_url(django_settings.LOGIN_URL)
        elif self.environment is None:
            path = reverse(names.full("entra_scim_oidc:sign-in"))
        else:
            path = reverse(
                names.full("entra_scim_oidc:environment-sign-in"),
                args=[str(self.environment.pk)],
            )
            if problem.explanation.other_account:
                query[OTHER_ACCOUNT] = "1"
        return f"{path}?{urlencode(query)}" if query else path
