"""Pause the provisioning of an environment, and resume it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.connection import pausing

from .pages import EnvironmentPage
from .step_up import StepUpMixin


class PausePage(StepUpMixin, EnvironmentPage):
    """Keeps Entra out, once it has said what that means."""

    template_name = "entra_scim/tab/confirm_pause.html"
    page = "set_up"
    title = gettext_lazy("Pause provisioning")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(self.url("pause"))
        pausing.pause(self.entra_connection, request.user)
        return self.done(
            _("Microsoft Entra ID: provisioning is paused."),
            self.url("set_up", anchor="standing"),
        )


class ResumePage(StepUpMixin, EnvironmentPage):
    """Lets Entra in again, once it has said what follows."""

    template_name = "entra_scim/tab/confirm_resume.html"
    page = "set_up"
    title = gettext_lazy("Resume provisioning")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(self.url("resume"))
        pausing.resume(self.entra_connection)
        return self.done(
            _(
                "Microsoft Entra ID: provisioning goes on. If Entra shows that it is in "
                "quarantine, choose Restart provisioning there."
            ),
            self.url("set_up", anchor="standing"),
        )
