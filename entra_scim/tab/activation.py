"""Activate sign-in with Entra on trial, and turn it off."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.activation import lifecycle, shut_out
from entra_scim.diagnosis import activation_obstacles

from .activation_form import ActivationForm
from .pages import EnvironmentPage
from .sign_in import SignInPage
from .step_up import StepUpMixin


class ActivateView(SignInPage):
    """Begins the trial, or shows the page with what is wrong."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("sign_in", anchor="activation"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        settings = self.entra_connection
        locked_out = shut_out.by_activation(self.environment)
        form = ActivationForm(
            request.POST,
            request=request,
            environment=self.environment,
            locked_out=locked_out.count,
        )
        if (
            activation_obstacles.of(settings, request.user)
            or lifecycle.state_of(settings) != lifecycle.State.INACTIVE
            or not form.is_valid()
        ):
            return self.render_to_response(self.get_context_data(form=form, **kwargs))
        lifecycle.start_trial(settings, request.user)
        return self.done(
            _(
                "Microsoft Entra ID: activated on trial. Sign in with Entra within 30 "
                "minutes to confirm it."
            ),
            self.url("sign_in"),
        )


class TurnOffPage(StepUpMixin, EnvironmentPage):
    """Lets passwords work again, once it has said who has none."""

    template_name = "entra_scim/tab/confirm_deactivate.html"
    page = "sign_in"
    title = gettext_lazy("Turn off Entra sign-in")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            without_password=shut_out.by_turning_off(self.environment),
            counted=shut_out.COUNTED,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(self.url("turn_off"))
        lifecycle.deactivate(self.entra_connection, request.user)
        return self.done(
            _("Microsoft Entra ID: turned off Entra sign-in. Passwords work again."),
            self.url("sign_in"),
        )
