"""The schema editor: the attribute mapping as JSON, to be read and replaced whole.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/export-import-provisioning-configuration
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_emulator.graph import schemas
from entra_emulator.graph.errors import GraphError
from entra_emulator.graph.synchronization import job_id_of

from .mappings import MappingPage
from .pages import FormPage, PortalForm


class SchemaEditor(MappingPage, FormPage):
    """The whole schema in one field. Save counts at once, unlike that of a row."""

    title = "Schema editor"
    submit = "Save"
    intro = gettext_lazy("The attribute mappings and the target attributes, as JSON.")

    class Form(PortalForm):
        schema = forms.CharField(
            label="Schema",
            widget=forms.Textarea(
                attrs={"rows": 24, "autocomplete": "off", "spellcheck": "false"}
            ),
        )

        def clean_schema(self) -> Any:
            try:
                return json.loads(self.cleaned_data["schema"])
            except (ValueError, RecursionError):
                raise ValidationError(_("This is not JSON.")) from None

    def form(self, *data: Any) -> SchemaEditor.Form:
        return self.Form(*data, initial={"schema": self.document()})

    def document(self) -> str:
        """Return the schema as it stands. Raises Http404 if there is no job yet."""
        job, connection = self.a_job, self.entra.connections[self.application]
        if connection.schema is None:
            identifier = job_id_of(self.tenant, self.application)
            connection.schema = schemas.new_schema(identifier)
        shown = schemas.shown(connection.schema, job, connection.attributes)
        return json.dumps(shown, indent=2)

    def save(self, form: Any) -> HttpResponse:
        connection = self.entra.connections[self.application]
        try:
            connection.schema = schemas.apply(
                form.cleaned_data["schema"], self.a_job, connection.attributes
            )
        except GraphError as error:
            form.add_error("schema", error.message)
            return self.render_to_response(self.get_context_data(form=form))
        self.entra.unsaved_mappings.pop(self.application, None)
        return self.done(_("The schema was saved. An initial cycle comes next."))
