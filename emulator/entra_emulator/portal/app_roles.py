"""The app roles of an app registration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_emulator.applications import Application, AppRole

from .pages import ApplicationPage, FormPage, PortalForm, one_of


class AppRoleForm(PortalForm):
    """A role: what people see of it, what the application is told, and whether."""

    display_name = forms.CharField(label="Display name", max_length=100)
    description = forms.CharField(label="Description", max_length=250)
    value = forms.CharField(
        label="Value",
        max_length=250,
        required=False,
        help_text=gettext_lazy(
            "What the application is told, without spaces. Exactly as it expects it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    is_enabled = forms.BooleanField(
        label="Do you want to enable this app role?",
        required=False,
        initial=True,
    )

    def __init__(
        self,
        *data: Any,
        application: Application,
        role: AppRole | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*data, **kwargs)
        self.application = application
        self.role = role
        # The two that Entra makes itself have none.
        self.fields["value"].required = role is None

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        if any(character.isspace() for character in value):
            raise ValidationError(_("The Value of an app role has no spaces."))
        for other in self.application.app_roles:
            if value and other.value == value and other is not self.role:
                raise ValidationError(_("Another app role has this Value."))
        return value


class AppRoles(ApplicationPage):
    """All app roles."""

    template_name = "app_roles.html"
    title = "App roles"


class NewAppRole(FormPage, ApplicationPage):
    """Makes a role."""

    title = "Create app role"
    submit = "Apply"
    intro = "Allowed member types: Users/Groups"

    @property
    def back(self) -> str:
        return f"{self.place.app}app-roles/"

    def form(self, *data: Any) -> AppRoleForm:
        return AppRoleForm(*data, application=self.application)

    def save(self, form: forms.Form) -> HttpResponse:
        typed = form.cleaned_data
        role = self.application.add_role(typed["value"], typed["display_name"])
        self.application.change_role(
            role,
            is_enabled=typed["is_enabled"],
            description=typed["description"],
        )
        return self.done(_("%(role)s was created.") % {"role": role}, self.back)


class EditAppRole(NewAppRole):
    """Changes a role, for all who have it."""

    title = "Edit app role"
    role: AppRole

    def find(self, **kwargs: str) -> None:
        super().find(**kwargs)
        self.role = one_of(self.application.app_roles, id=kwargs["role_id"])

    def form(self, *data: Any) -> AppRoleForm:
        return AppRoleForm(
            *data,
            application=self.application,
            role=self.role,
            initial={
                "display_name": self.role.display_name,
                "description": self.role.description,
                "value": self.role.value,
                "is_enabled": self.role.is_enabled,
            },
        )

    def save(self, form: forms.Form) -> HttpResponse:
        self.application.change_role(self.role, **form.cleaned_data)
        return self.done(_("%(role)s was changed.") % {"role": self.role}, self.back)
