"""Secrets that somebody types into a form: kept out of reports, and typed each time."""

from __future__ import annotations

from typing import Any

from django import forms

from entra_scim.secrecy.hiding import Secret, without_variables


class SecretField(forms.CharField):
    """A text that no page and no report shows again."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {
            "class": "vTextField",
            "autocomplete": "off",
            "spellcheck": "false",
        }
        super().__init__(widget=forms.PasswordInput(attrs=attributes), **kwargs)

    @without_variables
    def clean(self, value: Any) -> Any:
        return Secret(super().clean(value))


class SecretsForm(forms.Form):
    """A form with such fields. Once it is checked, it has no longer what was posted."""

    @without_variables
    def full_clean(self) -> None:
        super().full_clean()
        data: Any = self.data
        data = data.copy()
        for name, field in self.fields.items():
            if isinstance(field, SecretField):
                data.pop(self.add_prefix(name), None)
        self.data = data
