"""Attribute mapping: which of a person's attributes goes where, and how."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_emulator.directory import PROFILE
from entra_emulator.provisioning.expressions import (
    Attribute,
    ExpressionError,
    parse,
)
from entra_emulator.provisioning.mappings import DEFAULT_MAPPINGS, Mapping
from entra_emulator.provisioning.targets import Target, TargetError

from .pages import FormPage, PortalForm
from .provisioning import JobPage

SOURCES = (
    "accountEnabled",
    *sorted(
        (
            *PROFILE,
            "manager",
            "objectId",
            "originalUserPrincipalName",
            "userPrincipalName",
        ),
        key=str.lower,
    ),
)


class MappingForm(PortalForm):
    """One row of the attribute mapping."""

    kind = forms.ChoiceField(
        label="Mapping type",
        choices=[
            ("direct", "Direct"),
            ("expression", "Expression"),
        ],
    )
    source = forms.ChoiceField(
        label="Source attribute",
        choices=[("", "---"), *((name, name) for name in SOURCES)],
        required=False,
        help_text=gettext_lazy("For the mapping type Direct."),
    )
    expression = forms.CharField(
        label="Expression",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=gettext_lazy("For the mapping type Expression."),
    )
    target = forms.ChoiceField(label="Target attribute")
    is_matching = forms.ChoiceField(
        label="Match objects using this attribute",
        choices=[("", "No"), ("yes", "Yes")],
        required=False,
    )
    precedence = forms.IntegerField(
        label="Matching precedence", min_value=1, initial=1, required=False
    )

    def __init__(
        self,
        *data: Any,
        rows: tuple[Mapping, ...],
        targets: list[str],
        row: Mapping | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*data, **kwargs)
        self.rows = rows
        self.row = row
        target: Any = self.fields["target"]
        target.choices = [(name, name) for name in targets]

    def clean_expression(self) -> str:
        text: str = self.cleaned_data["expression"].strip()
        if text and self.cleaned_data.get("kind") == "expression":
            try:
                parse(text)
            except ExpressionError as error:
                raise ValidationError(
                    _("The expression cannot be read. %(reason)s") % {"reason": error}
                ) from None
        return text

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        wanted = "source" if typed.get("kind") == "direct" else "expression"
        if not typed.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, _("This mapping type needs it."))
        for other in self.rows:
            if other is not self.row and other.target == typed.get("target"):
                self.add_error("target", _("Another row maps to it already."))
        others = [r for r in self.rows if r is not self.row]
        if not typed.get("is_matching") and not any(row.matching for row in others):
            self.add_error(
                "is_matching",
                _("At least one attribute has to match: this is the last."),
            )
        if typed.get("is_matching") and typed.get("precedence") is None:
            self.add_error("precedence", _("Enter a number: 1 is tried first."))
        return typed

    def mapping(self) -> Mapping:
        """Return the row that was typed."""
        typed = self.cleaned_data
        is_direct = typed["kind"] == "direct"
        return Mapping(
            typed["target"],
            typed["source"] if is_direct else typed["expression"],
            typed["precedence"] if typed["is_matching"] else None,
        )


class MappingPage(JobPage):
    """A page about the rows of a job. Changed ones wait for Save, as in Entra."""

    keeps_unsaved = True

    @property
    def table(self) -> tuple[Mapping, ...]:
        """The rows as they stand here, saved or not."""
        saved = self.a_job.mappings
        return self.entra.unsaved_mappings.get(self.application, saved)

    @table.setter
    def table(self, rows: tuple[Mapping, ...]) -> None:
        self.entra.unsaved_mappings[self.application] = rows

    @property
    def added(self) -> dict[str, bool]:
        """The target attributes that were added, and whether they have several values."""
        return self.entra.connections[self.application].attributes

    @property
    def targets(self) -> list[str]:
        """All target attributes that rows can have."""
        names = [
            *(row.target for row in DEFAULT_MAPPINGS),
            *(row.target for row in self.table),
            *self.added,
        ]
        return list(dict.fromkeys(names))

    @property
    def back(self) -> str:
        return f"{self.place.app}provisioning/mappings/"


class Mappings(MappingPage):
    """All rows for people."""

    template_name = "mappings.html"
    title = "Attribute mapping"
    actions = {
        "delete": "delete_row",
        "restore": "restore_defaults",
        "groups": "switch_groups",
        "save": "save_rows",
    }

    def delete_row(self) -> HttpResponse:
        target = self.request.POST.get("target")
        kept = tuple(row for row in self.table if row.target != target)
        if not any(row.matching for row in kept):
            return self.refused(_("At least one attribute has to match."))
        self.table = kept
        return self.done(_("The mapping was deleted. Choose Save to keep the change."))

    def restore_defaults(self) -> HttpResponse:
        self.table = DEFAULT_MAPPINGS
        return self.done(
            _("The default mappings are back. Choose Save to keep the change.")
        )

    def save_rows(self) -> HttpResponse:
        rows = self.entra.unsaved_mappings.pop(self.application, None)
        if rows is not None:
            self.a_job.mappings = rows
        return self.done(_("The mappings were saved. An initial cycle comes next."))

    def switch_groups(self) -> HttpResponse:
        self.a_job.with_groups = not self.a_job.with_groups
        return self.done(_("Saved."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.table if self.job else ()
        return super().get_context_data(
            rows=list(enumerate(rows)),
            is_unsaved=self.application in self.entra.unsaved_mappings,
            **kwargs,
        )


class NewMapping(MappingPage, FormPage):
    """Adds a row."""

    title = "Add new mapping"
    submit = "OK"
    unshown = ""
    """A target attribute that was added just now. Entra lists it after a refresh."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.unshown = self.entra.unshown_targets.pop(self.application, "")
        return super().get(request, *args, **kwargs)

    @property
    def shown_targets(self) -> list[str]:
        """The target attributes that the page lists."""
        return [name for name in self.targets if name != self.unshown]

    def form(self, *data: Any) -> MappingForm:
        return MappingForm(*data, rows=self.table, targets=self.shown_targets)

    def save(self, form: Any) -> HttpResponse:
        self.table = (*self.table, form.mapping())
        return self.done(
            _("The mapping was added. Choose Save to keep the change."), self.back
        )


class EditMapping(NewMapping):
    """Changes a row."""

    title = "Edit attribute"
    row: Mapping

    def find(self, **kwargs: str) -> None:
        super().find(**kwargs)
        try:
            self.row = self.table[int(kwargs["number"])]
        except IndexError:
            raise Http404 from None

    def form(self, *data: Any) -> MappingForm:
        is_direct = isinstance(self.row.expression, Attribute)
        return MappingForm(
            *data,
            rows=self.table,
            targets=self.shown_targets,
            row=self.row,
            initial={
                "kind": "direct" if is_direct else "expression",
                "source": self.row.source if is_direct else "",
                "expression": "" if is_direct else self.row.source,
                "target": self.row.target,
                "is_matching": "yes" if self.row.matching else "",
                "precedence": self.row.matching or 1,
            },
        )

    def save(self, form: Any) -> HttpResponse:
        self.table = tuple(
            form.mapping() if row is self.row else row for row in self.table
        )
        return self.done(
            _("The mapping was changed. Choose Save to keep the change."), self.back
        )


class AttributeList(MappingPage, FormPage):
    """The target attributes: "Edit attribute list for customappsso"."""

    template_name = "attributes.html"
    title = "Edit attribute list for customappsso"
    submit = "Save"

    class Form(PortalForm):
        name = forms.CharField(
            label="Name",
            max_length=250,
            widget=forms.TextInput(
                attrs={"autocomplete": "off", "spellcheck": "false"}
            ),
        )
        multi_valued = forms.BooleanField(label="Multi-Value?", required=False)

        def clean_name(self) -> str:
            name: str = self.cleaned_data["name"]
            try:
                Target.parse(name)
            except TargetError:
                raise ValidationError(
                    _(
                        "A target attribute looks like roles, name.givenName or "
                        'emails[type eq "work"].value.'
                    )
                ) from None
            return name

    def form(self, *data: Any) -> AttributeList.Form:
        return self.Form(*data)

    def save(self, form: Any) -> HttpResponse:
        if form.cleaned_data["name"] in self.targets:
            form.add_error("name", _("The list has it already."))
            return self.render_to_response(self.get_context_data(form=form))
        name = form.cleaned_data["name"]
        self.added[name] = form.cleaned_data["multi_valued"]
        self.entra.unshown_targets[self.application] = name
        return self.done(_("The attribute was added. Now rows can map to it."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listed = [(name, self.added.get(name, False)) for name in self.targets]
        return super().get_context_data(listed=listed, **kwargs)
