"""An application as such: what it is, who may use it, and where it is reached."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_emulator.identity.discovery import issuer_of
from entra_emulator.identity.tenants import base_of
from entra_emulator.loopback import is_loopback

from .pages import ApplicationPage, FormPage, PortalForm

OPTIONAL_CLAIMS = (
    "acct",
    "auth_time",
    "ctry",
    "family_name",
    "given_name",
    "login_hint",
    "sid",
    "upn",
    "xms_edov",
)


class WebAddressField(forms.CharField):
    """An absolute address. Entra takes plain http on the own machine only."""

    widget = forms.URLInput(attrs={"autocomplete": "off"})

    def clean(self, value: Any) -> str:
        address: str = super().clean(value)
        if address:
            _refuse_if_wrong(address)
        return address


def _refuse_if_wrong(address: str) -> None:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ValidationError(_("This is not an address.")) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValidationError(_("The address begins with https://."))
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValidationError(_("http:// is for this machine only, such as localhost."))
    if parts.fragment or "*" in address:
        raise ValidationError(_("The address has neither # nor *."))


class Properties(FormPage, ApplicationPage):
    """Whether people may sign in, and which."""

    title = "Properties"

    class Form(PortalForm):
        display_name = forms.CharField(label="Name", max_length=120)
        is_enabled = forms.BooleanField(
            label="Enabled for users to sign-in?", required=False
        )
        assignment_required = forms.BooleanField(
            label="Assignment required?",
            required=False,
            help_text=gettext_lazy(
                "If so, only people who are assigned, themselves or by a group, sign in."
            ),
        )

    def form(self, *data: Any) -> Properties.Form:
        names = ("display_name", "is_enabled", "assignment_required")
        initial = {name: getattr(self.application, name) for name in names}
        return self.Form(*data, initial=initial)

    def save(self, form: forms.Form) -> HttpResponse:
        for name, value in form.cleaned_data.items():
            setattr(self.application, name, value)
        return self.done(_("Saved."))


class AppOverview(ApplicationPage):
    """The IDs that the application has to know."""

    template_name = "app_overview.html"
    title = "Overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        authority = issuer_of(base_of(self.request.get_host(), self.tenant))
        return super().get_context_data(authority=authority, **kwargs)


class Permissions(ApplicationPage):
    """What the application may do, and whether an administrator agreed."""

    template_name = "permissions.html"
    title = "API permissions"
    actions = {"grant": "grant", "revoke": "revoke"}

    def grant(self) -> HttpResponse:
        self.application.has_consent = True
        return self.done(_("Admin consent was granted."))

    def revoke(self) -> HttpResponse:
        self.application.has_consent = False
        return self.done(_("Admin consent was revoked."))


class Authentication(FormPage, ApplicationPage):
    """Where people go back to after they signed in or out."""

    template_name = "authentication.html"
    title = "Authentication"
    actions = {"add": "add_redirect_uri", "remove": "remove_redirect_uri"}

    class Form(PortalForm):
        logout_url = WebAddressField(
            label="Front-channel logout URL",
            required=False,
            help_text=gettext_lazy(
                "Called with sid when somebody signs out. It has to be an optional claim."
            ),
        )

    class RedirectUriForm(PortalForm):
        redirect_uri = WebAddressField(label="Redirect URI")

    def form(self, *data: Any) -> Authentication.Form:
        return self.Form(*data, initial={"logout_url": self.application.logout_url})

    def save(self, form: forms.Form) -> HttpResponse:
        self.application.logout_url = form.cleaned_data["logout_url"]
        return self.done(_("Saved."))

    def add_redirect_uri(self) -> HttpResponse:
        form = self.RedirectUriForm(self.request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(redirect_form=form))
        if form.cleaned_data["redirect_uri"] not in self.application.redirect_uris:
            self.application.redirect_uris.append(form.cleaned_data["redirect_uri"])
        return self.done(_("The redirect URI was added."))

    def remove_redirect_uri(self) -> HttpResponse:
        uri = self.request.POST.get("uri", "")
        if uri in self.application.redirect_uris:
            self.application.redirect_uris.remove(uri)
        return self.done(_("The redirect URI was removed."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("redirect_form", self.RedirectUriForm())
        return super().get_context_data(**kwargs)


class TokenConfiguration(FormPage, ApplicationPage):
    """The optional claims of ID tokens."""

    title = "Token configuration"
    intro = gettext_lazy(
        "Optional claims of the ID token, besides those it always has."
    )

    class Form(PortalForm):
        claims = forms.MultipleChoiceField(
            label="Optional claims",
            required=False,
            choices=[(name, name) for name in OPTIONAL_CLAIMS],
            widget=forms.CheckboxSelectMultiple,
        )

    def form(self, *data: Any) -> TokenConfiguration.Form:
        return self.Form(*data, initial={"claims": self.application.optional_claims})

    def save(self, form: forms.Form) -> HttpResponse:
        self.application.optional_claims = set(form.cleaned_data["claims"])
        return self.done(_("Saved."))
