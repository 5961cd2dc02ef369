"""How people of an environment sign in, and a test of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.activation import lifecycle, shut_out
from entra_scim.connection import configuration, credentials, federation
from entra_scim.diagnosis import activation_obstacles
from entra_scim.diagnosis.findings import sign_in as sign_in_findings
from entra_scim.diagnosis.findings.credentials import Credentials, told_of
from entra_scim.diagnosis.items import Code
from entra_scim.web import names

from .activation_form import ActivationForm
from .pages import EnvironmentPage
from .places import shown

TEST = "entra_scim_test"
"""Where a session notes which environment its visitor may test."""

_EXPIRING: dict[Code, Any] = {
    Credentials.CERTIFICATE_EXPIRING: gettext_lazy(
        "The certificate expires within 30 days. Replace it first, or soon."
    ),
    Credentials.SECRET_EXPIRING: gettext_lazy(
        "The client secret expires within 30 days. Replace it first, or soon."
    ),
}
"""What to think of before an activation."""


class SignInPage(EnvironmentPage):
    template_name = "entra_scim/tab/sign_in.html"
    page = "sign_in"
    title = gettext_lazy("Sign-in")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        settings = self.entra_connection
        lifecycle.note_trial_end(settings)
        state = lifecycle.state_of(settings)
        missing = (
            activation_obstacles.of(settings, self.request.user)
            if state == lifecycle.State.INACTIVE
            else []
        )
        locked_out = shut_out.ShutOut(shown=[], count=0)
        if state == lifecycle.State.INACTIVE:
            locked_out = shut_out.by_activation(self.environment)
        used = credentials.newest(settings)
        told = told_of(settings)
        urgent = [told] if told and state != lifecycle.State.INACTIVE else []
        if self.breakage:
            urgent = [sign_in_findings.broken(settings, self.breakage)]
        kwargs.setdefault(
            "form",
            ActivationForm(
                request=self.request,
                environment=self.environment,
                locked_out=locked_out.count,
            ),
        )
        return super().get_context_data(
            settings=settings,
            expiring=_EXPIRING.get(told.code) if told else None,
            urgent=shown(self, urgent),
            pending=Credentials.PENDING.item() if settings.pending else None,
            certificate=used.certificate if used else "",
            can_federate=bool(federation.kinds()),
            is_federated=bool(used and used.federation),
            certificate_expires_on=used.certificate_expires_on if used else None,
            expired_trial=lifecycle.expired_trial(settings)
            if state == lifecycle.State.INACTIVE
            else None,
            is_active=state == lifecycle.State.ACTIVE,
            is_on_trial=state == lifecycle.State.TRIAL,
            able=shut_out.able_in(self.environment),
            confirmer=lifecycle.confirmer_of(settings),
            would_confirm=lifecycle.confirmer_if_begun_by(
                self.environment, self.request.user
            ),
            seconds_left=lifecycle.seconds_left(settings),
            minutes_left=lifecycle.minutes_left(settings),
            confirm_query=urlencode({"next": self.url("sign_in")}),
            obstacles=shown(self, missing),
            locked_out=locked_out,
            counted=shut_out.COUNTED,
            sign_in_url=self.absolute("entra_scim_oidc:environment-sign-in"),
            logout_url=self.absolute("entra_scim_oidc:front-channel-logout"),
            **kwargs,
        )

    def absolute(self, name: str) -> str:
        """Return the whole address of a page of the environment, if it has one."""
        try:
            path = reverse(names.full(name), args=[str(self.environment.pk)])
        except NoReverseMatch:
            return ""
        return self.request.build_absolute_uri(path)


class TestRedirect(EnvironmentPage):
    """Begins a test sign-in.

    By a link: a form that ends at Microsoft is blocked by a Content Security Policy
    with form-action 'self'. Someone else's link begins a test at most, which a person
    then has to go through at Entra, and which signs nobody in.
    """

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.can_change:
            messages.error(request, _("You may look at this page, but not change it."))
            return HttpResponseRedirect(self.url("sign_in"))
        environment_id = str(self.environment.pk)
        request.session[TEST] = environment_id
        path = reverse(names.full("entra_scim_oidc:test"), args=[environment_id])
        query = urlencode({"next": self.url("sign_in")})
        return HttpResponseRedirect(f"{path}?{query}")


class DiscardView(EnvironmentPage):
    """Discards a changed connection that waits for a test."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not configuration.discard_waiting(self.entra_connection):
            messages.info(request, _("Nothing has changed."))
            return HttpResponseRedirect(self.url("sign_in"))
        return self.done(
            _("Microsoft Entra ID: discarded the changed connection."),
            self.url("sign_in"),
        )
