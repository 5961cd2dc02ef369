"""Prove once more that it is you, before a change that opens a way in.

A session that somebody left open, or a copied cookie, is not enough for those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.sign_in import gate, proofs, sessions
from entra_scim.web import names

if TYPE_CHECKING:
    from .pages import EnvironmentPage

    Page = EnvironmentPage
else:
    Page = object

TOO_MANY_WRONG = gettext_lazy(
    "Too many wrong passwords were entered here. Wait 15 minutes, and try again."
)


@dataclass(frozen=True, kw_only=True)
class StepUp:
    """How a visitor can prove who they are."""

    by_password: bool = False
    sign_in_url: str = ""
    """Where the visitor signs in with Entra again; empty if they do not use Entra."""


class StepUpMixin(Page):
    """A page with changes for which a visitor proves who they are."""

    @cached_property
    def step_up(self) -> StepUp | None:
        """What the visitor has to do first, or None if they have done it just now."""
        if sessions.is_proved(self.request.session):
            return None
        user: Any = self.request.user
        environment = gate.demanded_by(user, self.environment)
        if environment is not None:
            url = reverse(
                names.full("entra_scim_oidc:environment-sign-in"),
                args=[environment.pk],
            )
            query = urlencode({"again": "1", "next": self.request.path})
            return StepUp(sign_in_url=f"{url}?{query}")
        return StepUp(by_password=user.has_usable_password())

    def is_stepped_up(self, request: HttpRequest) -> bool:
        """Tell whether a posted change may be made; if not, say what to do first."""
        if self.step_up is None:
            return True
        if self.step_up.by_password:
            problem = self._problem_of_password(request)
        elif self.step_up.sign_in_url:
            problem = _(
                "Sign in with Microsoft Entra again first. Nothing was changed."
            )
        else:
            problem = _("Sign out and sign in again first. Nothing was changed.")
        if problem:
            messages.error(request, problem)
            return False
        sessions.note_proof(request.session)
        return True

    def _problem_of_password(self, request: HttpRequest) -> str:
        password, user = _typed_password(request), request.user
        if not password:
            return _("Enter your own password too. Nothing was changed.")

        @without_variables
        def check() -> bool:
            found = authenticate(
                request, username=user.get_username(), password=password.reveal()
            )
            return found is not None and found.pk == user.pk

        try:
            if proofs.is_right(self.environment, user, check):
                return ""
        except proofs.TooManyWrong:
            return str(TOO_MANY_WRONG)
        return _("Your own password was wrong. Nothing was changed.")


@without_variables
def _typed_password(request: HttpRequest) -> Secret:
    return Secret(request.POST.get("own_password", ""))
