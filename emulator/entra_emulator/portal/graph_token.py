"""An access token for Microsoft Graph, as people get one from Graph Explorer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from entra_emulator.graph.endpoints import PREFIX
from entra_emulator.graph.tokens import Permission, issue

from .pages import FormPage, PortalForm, TenantPage


class GraphToken(FormPage, TenantPage):
    """Gives out a token with the permissions that are chosen."""

    template_name = "graph_token.html"
    title = "Graph Explorer"
    submit = gettext_lazy("Show access token")

    class Form(PortalForm):
        permissions = forms.MultipleChoiceField(
            label="Permissions",
            choices=[(one.value, one.value) for one in Permission],
            widget=forms.CheckboxSelectMultiple,
            initial=[one.value for one in Permission],
        )

    def form(self, *data: Any) -> GraphToken.Form:
        return self.Form(*data)

    def save(self, form: forms.Form) -> HttpResponse:
        token = issue(self.entra.keys, self.tenant.id, form.cleaned_data["permissions"])
        return self.render_to_response(self.get_context_data(form=form, token=token))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("token", "")
        return super().get_context_data(
            graph=self.request.build_absolute_uri(PREFIX.rstrip("/")), **kwargs
        )
