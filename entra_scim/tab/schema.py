"""Entra's schema, pasted here, and given back with the mappings that are needed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from entra_scim.kit.document import edited_schema
from entra_scim.kit.plan import KitError

from .kit_forms import SchemaForm
from .pages import EnvironmentPage
from .set_up import SetUpPage


class EditSchemaView(SetUpPage):
    """Shows the edited schema, or the step with what is wrong."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("set_up", anchor="step-mapping"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SchemaForm(request.POST)
        if form.is_valid():
            try:
                edited, differences = edited_schema(
                    form.cleaned_data["schema"].encode()
                )
            except KitError as error:
                form.add_error("schema", str(error))
            else:
                return self.edited(edited, differences, **kwargs)
        return self.render_to_response(
            self.get_context_data(schema_form=form, **kwargs)
        )

    def edited(
        self, schema: str, differences: list[str], **kwargs: Any
    ) -> HttpResponse:
        self.template_name = "entra_scim/tab/edited_schema.html"
        self.title = _("The edited schema")
        return self.render_to_response(
            EnvironmentPage.get_context_data(
                self, schema=schema, differences=differences, **kwargs
            )
        )
