"""The form of the set-up kit."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from entra_scim.kit.document import LONGEST
from entra_scim.kit.forms import FORMATS


class KitForm(forms.Form):
    """What the kit asks for beyond what the tab knows."""

    notification_address = forms.EmailField(
        label=_("Notification address"),
        required=False,
        help_text=_("Entra mails this address when provisioning fails."),
    )
    deletion_threshold = forms.IntegerField(
        label=_("Accidental deletion threshold"),
        min_value=1,
        max_value=100_000,
        initial=50,
        help_text=_(
            "Entra asks you before it deactivates more people than this in one cycle."
        ),
    )
    format = forms.ChoiceField(
        choices=[(name, name) for name in FORMATS], widget=forms.HiddenInput
    )


class SchemaForm(forms.Form):
    """The synchronization schema as somebody copied it."""

    schema = forms.CharField(
        label=_("Schema from Entra"),
        max_length=LONGEST,
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "cols": 40,
                "autocomplete": "off",
                "spellcheck": "false",
                "data-entra-send-pasted": True,
            }
        ),
        help_text=_("Once you have pasted it, you see the edited one."),
    )
