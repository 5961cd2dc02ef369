"""The open points of Entra's provisioning, as switches."""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_emulator.provisioning.open_points import (
    AssertiveForm,
    DefaultAccess,
    LookUp,
    ManagerForm,
    OpenPoints,
    SingleForm,
    SingleValue,
)

from .pages import FormPage, PortalForm
from .provisioning import JobPage

OPEN_POINTS: dict[str, tuple[Any, dict[Any, Any]]] = {
    "look_up": (
        gettext_lazy("How a cycle finds somebody it knows already"),
        {
            LookUp.BY_ID: gettext_lazy("By the ID at the server"),
            LookUp.BY_FILTER: gettext_lazy("By a filter on the matching attributes"),
        },
    ),
    "default_access": (
        gettext_lazy("What is sent of default access, and of roles without a Value"),
        {
            DefaultAccess.OMITTED: gettext_lazy("Nothing"),
            DefaultAccess.EMPTY_VALUE: gettext_lazy("A role with an empty value"),
            DefaultAccess.ZERO_ID: gettext_lazy("A role whose value is an ID of zeros"),
        },
    ),
    "single_form": (
        gettext_lazy("How SingleAppRoleAssignment changes a role"),
        {
            SingleForm.FILTERED_PATH: gettext_lazy('By roles[primary eq "True"].value'),
            SingleForm.JSON_STRING: gettext_lazy("By roles, as JSON in a string"),
        },
    ),
    "single_value": (
        gettext_lazy("What SingleAppRoleAssignment sends of a role"),
        {
            SingleValue.VALUE: gettext_lazy("Its Value"),
            SingleValue.DISPLAY_NAME: gettext_lazy("Its display name"),
        },
    ),
    "assertive_form": (
        gettext_lazy("How AssertiveAppRoleAssignmentsComplex changes roles"),
        {
            AssertiveForm.JSON_STRINGS: gettext_lazy("As JSON in strings"),
            AssertiveForm.OBJECTS: gettext_lazy("As objects"),
        },
    ),
    "manager_form": (
        gettext_lazy("How a manager is written"),
        {
            ManagerForm.OBJECT: gettext_lazy("As an object with value"),
            ManagerForm.STRING: gettext_lazy("As a string"),
            ManagerForm.ARRAY: gettext_lazy("As a list with $ref and value"),
        },
    ),
    "blocked_sign_in_deactivates": (
        gettext_lazy("Blocking somebody's sign-in deactivates them at the server"),
        {},
    ),
    "returns_in_one_request": (
        gettext_lazy("Who returns becomes active and gets roles in one request"),
        {},
    ),
    "repeats_roles": (
        gettext_lazy("A role that comes directly and by a group is sent twice"),
        {},
    ),
    "refuses_several_grants": (
        gettext_lazy("SingleAppRoleAssignment fails for who has several roles"),
        {},
    ),
    "checks_references": (
        gettext_lazy("A filter on ID and manager comes before a manager is sent"),
        {},
    ),
    "honours_retry_after": (
        gettext_lazy("Retry-After is heeded"),
        {},
    ),
    "wraps_values": (
        gettext_lazy("Without the flag, single values are wrapped in lists"),
        {},
    ),
    "deletes_whom_it_saw_active": (
        gettext_lazy("Somebody deleted for good between two cycles is deleted"),
        {},
    ),
}
"""Each of :class:`OpenPoints`, with its choices; none for yes and no."""


class OpenPointsForm(PortalForm):
    """One field for each open point."""

    def __init__(self, *data: Any, points: OpenPoints) -> None:
        super().__init__(*data, initial=dataclasses.asdict(points))
        for name, (label, choices) in OPEN_POINTS.items():
            if choices:
                kind: Any = type(next(iter(choices)))
                self.fields[name] = forms.TypedChoiceField(
                    label=label,
                    choices=list(choices.items()),
                    coerce=kind,
                    widget=forms.RadioSelect,
                )
            else:
                self.fields[name] = forms.BooleanField(label=label, required=False)


class OpenPointsOfEntra(JobPage, FormPage):
    """What public material leaves open: a server has to get along with either."""

    title = gettext_lazy("Open points")
    intro = gettext_lazy(
        "What Microsoft's documents leave open of how provisioning behaves. The first "
        "choice is what is documented, or seen most often; a server has to get along "
        "with each."
    )

    def form(self, *data: Any) -> OpenPointsForm:
        return OpenPointsForm(
            *data, points=self.job.points if self.job else OpenPoints()
        )

    def save(self, form: forms.Form) -> HttpResponse:
        self.a_job.points = OpenPoints(**form.cleaned_data)
        return self.done(_("Saved. The next cycle does so."))
