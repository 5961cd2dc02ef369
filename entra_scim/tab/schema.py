"""Entra's schema, pasted here, and given back with the mappings that are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from entra_scim.kit.document import edited_schema
from entra_scim.kit.plan import KitError

from .kit_forms import SchemaForm
from .set_up import SetUpPage


@dataclass(frozen=True, kw_only=True)
class Edited:
    """A schema to copy back, with what changes in Entra."""

    schema: str
    differences: list[str]


class EditSchemaView(SetUpPage):
    """Shows the step with the edited schema, or with what is wrong."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("set_up", anchor="step-mapping"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SchemaForm(request.POST)
        if form.is_valid():
            try:
                schema, differences = edited_schema(
                    form.cleaned_data["schema"].encode()
                )
            except KitError as error:
                form.add_error("schema", str(error))
            else:
                kwargs["edited"] = Edited(schema=schema, differences=differences)
                form = SchemaForm()
        return self.render_to_response(
            self.get_context_data(schema_form=form, **kwargs)
        )
