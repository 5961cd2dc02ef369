"""Faults on the way to the server, on demand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_emulator.provisioning.faults import Fault

from .pages import FormPage, PortalForm
from .provisioning import ProvisioningPage

FAULTS = {
    Fault.LOST_RESPONSE: gettext_lazy(
        "Lost response: the server does it, and its answer is lost"
    ),
    Fault.LOST_REQUEST: gettext_lazy("Lost request: it never arrives"),
    Fault.DUPLICATE_REQUEST: gettext_lazy("Duplicate request: it arrives twice"),
    Fault.PROXY_ERROR: gettext_lazy("500 from a proxy: a page, not SCIM"),
}


class NetworkFaults(FormPage, ProvisioningPage):
    """What happens to requests on their way."""

    template_name = "network.html"
    title = gettext_lazy("Network faults")
    submit = gettext_lazy("Provoke")
    actions = {"recover": "recover"}

    class Form(PortalForm):
        fault = forms.ChoiceField(
            label=gettext_lazy("What happens"),
            choices=list(FAULTS.items()),
            widget=forms.RadioSelect,
        )
        requests = forms.IntegerField(
            label=gettext_lazy("To how many requests"),
            min_value=1,
            max_value=100_000,
            initial=1,
        )
        only_changes = forms.BooleanField(
            label=gettext_lazy("Only to requests that change something"),
            required=False,
            initial=True,
            help_text=gettext_lazy(
                "Else it is the look-up at the beginning that fails, and with it the "
                "whole cycle."
            ),
        )

    def form(self, *data: Any) -> NetworkFaults.Form:
        return self.Form(*data)

    def save(self, form: forms.Form) -> HttpResponse:
        typed = form.cleaned_data
        self.entra.connections[self.application].network.provoke(
            Fault(typed["fault"]),
            typed["requests"],
            only_changes=typed["only_changes"],
        )
        return self.done(_("It happens from the next request on."))

    def recover(self) -> HttpResponse:
        self.entra.connections[self.application].network.recover()
        return self.done(_("The network works."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        network = self.entra.connections[self.application].network
        return super().get_context_data(
            remaining=network.remaining,
            fault=FAULTS[network.fault] if network.fault else "",
            **kwargs,
        )
