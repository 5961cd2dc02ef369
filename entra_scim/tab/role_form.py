"""The form for a role: its name in Entra, and what it grants here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import app_role_problem
from entra_scim.models import EnvironmentRole
from entra_scim.models.role import validate_role_value
from entra_scim.roles import groups, product_roles
from entra_scim.text.comparison_keys import role_key

_NOT_CHOOSABLE = _(
    "This role grants %(group)s, which you cannot choose for a role. Choose another "
    "group, or delete the role."
)


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A role of an environment, with the group or the product's role that it grants."""

    class Meta:
        model = EnvironmentRole
        fields = ("value", "target", "group")
        widgets = {
            "value": forms.TextInput(
                attrs={
                    "class": "vTextField",
                    "autocomplete": "off",
                    "spellcheck": "false",
                }
            ),
            "target": forms.Select(),
        }

    def __init__(
        self,
        *args: Any,
        environment: AnyEnvironment,
        visitor: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.environment = environment
        self.instance.environment = environment
        self._offer_product_roles()
        self._offer_groups(visitor)

    def _offer_product_roles(self) -> None:
        offered = product_roles.offered(self.environment)
        if offered is None:
            del self.fields["target"]
            return
        self.fields["target"] = forms.ChoiceField(
            label=_("Role of the product"),
            choices=[("", "---------"), *offered.items()],
            help_text=_("What people with this role are in the product."),
        )

    def _offer_groups(self, visitor: Any) -> None:
        is_there = self.instance.pk is not None
        field: Any = self.fields["group"]
        self.groups = groups.choices(self.environment, visitor)
        if product_roles.are_kept():
            if not self.groups:
                del self.fields["group"]
                return
            none: Any = _("no group")
        else:
            none = "---------" if is_there else _("a new group for this role")
            field.required = is_there
        # A group that is grantable and no choice is refused with the reason, later.
        field.queryset = groups.grantable(self.environment)
        field.choices = [("", none), *((group.pk, str(group)) for group in self.groups)]
        field.error_messages["invalid_choice"] = _(
            "Roles of this environment cannot grant that group. Choose another group."
        )
        group = self.instance.group
        if group is not None and group not in self.groups:
            field.help_text = _NOT_CHOOSABLE % {"group": group}

    @property
    def granting(self) -> list[tuple[str, list[tuple[Any, Any]]]]:
        """What a role may grant: the choices by the names of their fields."""
        return [
            (name, [*self.fields[name].choices])  # type: ignore[attr-defined]
            for name in ("target", "group")
            if name in self.fields
        ]

    @property
    def chosen(self) -> tuple[Any, str]:
        """The group and the product's role that were chosen, or are as they were."""
        stored = self.instance
        return (
            self.cleaned_data.get("group", stored.group),
            self.cleaned_data.get("target", stored.target),
        )

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"].strip()
        validate_role_value(value)
        problem = app_role_problem(value)
        if problem and value != self.initial.get("value"):
            raise ValidationError(str(problem), code="no_app_role")
        others = EnvironmentRole.objects.for_environment(self.environment).exclude(
            pk=self.instance.pk
        )
        if others.filter(value_key=role_key(value)).exists():
            raise ValidationError(
                _("A role of this name exists already."), code="unique"
            )
        return value
