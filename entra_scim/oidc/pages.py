from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from entra_scim import notifications, sign_in
from entra_scim.models.environment import AnyEnvironment

from .problems import SignInProblem

logger = logging.getLogger("entra_scim")

TEST = "entra_scim_test"
"""Where the tab notes which environment a visitor may test."""

_TOLD = 24 * 60 * 60  # seconds between two mails about the same problem


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class SignInPage(View):
    """Superclass of the views of signing in: each problem ends on a page."""

    environment: AnyEnvironment | None = None
    is_test = False
    next = ""

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except SignInProblem as problem:
            return self.problem_page(request, problem)

    def problem_page(
        self, request: HttpRequest, problem: SignInProblem
    ) -> HttpResponse:
        """Say what to do, and leave an event for the administrator."""
        explanation = problem.explanation
        reference = ""
        if self.environment is not None and explanation.administrator:
            reference = sign_in.record_failure(
                self.environment,
                problem.code,
                f"{problem.code}: {explanation.administrator}",
                problem.name,
                problem.user_id,
            )
            logger.warning("Sign-in failed: %s (%s)", problem.code, reference)
            told = f"entra_scim:told:{self.environment.pk}:{problem.code}"
            if explanation.urgent and cache.add(told, 1, _TOLD):
                notifications.tell_administrators(
                    self.environment, f"{problem.code}: {explanation.administrator}"
                )
        return render(
            request,
            "entra_scim/sign_in_problem.html",
            {
                "problem": problem,
                "explanation": explanation,
                "reference": reference,
                "is_test": self.is_test,
                "again": self.next or reverse("entra_scim_oidc:sign-in"),
            },
            status=HTTPStatus.SERVICE_UNAVAILABLE
            if problem.code == "down"
            else HTTPStatus.BAD_REQUEST,
        )
