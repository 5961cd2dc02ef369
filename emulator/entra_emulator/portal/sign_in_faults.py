"""Faults of signing in, on demand."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_emulator.identity import IdentityProvider
from entra_emulator.sign_in_errors import SIGN_IN_ERRORS

from .pages import ApplicationPage, FormPage, PortalForm


class SignInFaults(FormPage, ApplicationPage):
    """What goes wrong when people sign in."""

    template_name = "sign_in_faults.html"
    title = gettext_lazy("Sign-in faults")
    actions = {
        "roll-over": "roll_over",
        "retire": "retire",
        "skew": "set_skew",
    }

    class Form(PortalForm):
        error = forms.TypedChoiceField(
            label=gettext_lazy("Refuse every sign-in with"),
            coerce=int,
            empty_value=None,
            required=False,
            choices=[
                ("", gettext_lazy("Nothing: sign-ins work")),
                *(
                    (code, f"AADSTS{code}: {error.text}")
                    for code, error in sorted(SIGN_IN_ERRORS.items())
                ),
            ],
        )

    class SkewForm(PortalForm):
        minutes = forms.IntegerField(
            label=gettext_lazy("Minutes that the clock of ID tokens is ahead"),
            min_value=-1440,
            max_value=1440,
            help_text=gettext_lazy("Behind, if negative."),
        )

    def form(self, *data: Any) -> SignInFaults.Form:
        return self.Form(*data, initial={"error": self.application.provoked_error})

    def save(self, form: forms.Form) -> HttpResponse:
        self.application.provoke(form.cleaned_data["error"])
        return self.done(_("It is so from the next sign-in on."))

    def roll_over(self) -> HttpResponse:
        self.entra.keys.roll_over()
        return self.done(_("From now on, a new key signs. The old ones are published."))

    def retire(self) -> HttpResponse:
        self.entra.keys.retire_old()
        return self.done(_("The old keys are no longer published."))

    def set_skew(self) -> HttpResponse:
        form = self.SkewForm(self.request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(skew_form=form))
        minutes = datetime.timedelta(minutes=form.cleaned_data["minutes"])
        self._provider.clock_skew = minutes
        return self.done(_("Saved."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        minutes = self._provider.clock_skew // datetime.timedelta(minutes=1)
        kwargs.setdefault("skew_form", self.SkewForm(initial={"minutes": minutes}))
        return super().get_context_data(**kwargs)

    @property
    def _provider(self) -> IdentityProvider:
        provider = self.entra.identity_provider(self.tenant.id)
        assert provider is not None  # noqa: S101
        return provider
