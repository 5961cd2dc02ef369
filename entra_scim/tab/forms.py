"""The forms of the tab: what administrators copy from Entra, choose and confirm."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entra_scim.connection import (
    access_keys,
    authorities,
    configuration,
    credentials,
)
from entra_scim.models import EntraConnection, ProvisioningEvent
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.text.identifiers import is_guid

from .secrets import SecretField, SecretsForm

# What comes along when people copy: spaces, also those of no width, quotes, braces.
_PASTED_ALONG = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\"'{}]")


class GuidField(forms.UUIDField):
    """A GUID as people paste it: with spaces, quotes or braces around it."""

    widget = forms.TextInput(
        attrs={"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}
    )
    default_error_messages = {
        "invalid": _(
            "This is not an ID. Copy it from Entra, with the copy button next to it: it "
            "looks like 00000000-0000-0000-0000-000000000000."
        ),
    }

    def to_python(self, value: Any) -> Any:
        return super().to_python(_PASTED_ALONG.sub("", str(value or "")))


class ConnectionForm(SecretsForm):
    """What an administrator copies from Entra. The secret is never shown again.

    It is spread over two steps: fields of the later one name the form they belong to.
    """

    LATER = ("client_secret", "client_secret_expires_on")
    USUAL_LIFETIME = datetime.timedelta(days=180)
    """What Entra recommends, and offers first."""

    client_id = GuidField(label=_("Application (client) ID"))
    tenant_id = GuidField(label=_("Directory (tenant) ID"))
    cloud = forms.ChoiceField(label=_("Cloud"), choices=EntraConnection.Cloud.choices)
    client_secret = SecretField(
        label=_("Client secret"), required=False, max_length=1000
    )
    client_secret_expires_on = forms.DateField(
        label=_("Client secret expires on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_(
            "Entra shows it next to the secret. You are told 30 days before, since "
            "nobody can sign in with an expired secret."
        ),
    )

    @without_variables
    def __init__(self, data: Any = None, *, settings: EntraConnection) -> None:
        self.settings = settings
        self.current = credentials.newest(settings)
        fields = ("client_id", "tenant_id", "cloud", "client_secret_expires_on")
        source = self.current or settings
        initial = {name: getattr(source, name) for name in fields}
        super().__init__(data, initial=initial)
        if self.expects_usual_lifetime:
            self.initial["client_secret_expires_on"] = (
                timezone.localdate() + self.USUAL_LIFETIME
            )
        for name in self.LATER:
            self.fields[name].widget.attrs["form"] = "entra-connection"
        cloud: Any = self.fields["cloud"]
        if local := authorities.hosts().get(authorities.LOCAL):
            cloud.choices = [*cloud.choices, (authorities.LOCAL, local)]
            if self.current is None:
                self.initial["cloud"] = authorities.LOCAL

    @property
    def expects_usual_lifetime(self) -> bool:
        """Whether the form begins with the usual date: no secret has one yet."""
        source = self.current or self.settings
        return source.client_secret_expires_on is None

    def clean_client_secret(self) -> Secret:
        secret = _PASTED_ALONG.sub("", self.cleaned_data["client_secret"].reveal())
        if is_guid(secret):
            raise ValidationError(
                _(
                    "This is the Secret ID. Copy the column Value instead. If Entra no "
                    "longer shows the value, create a new client secret there."
                ),
                code="secret_id",
            )
        if secret.startswith(access_keys.PREFIX):
            raise ValidationError(
                _(
                    "This is the SCIM access key, which belongs in Entra. Paste the client secret here, which you create in Entra under Certificates & secrets."
                ),
                code="access_key",
            )
        if not secret and self.current is None and self.settings.has_proof:
            # It can no longer be read. Saved without, it would be gone for good.
            raise ValidationError(
                _(
                    "Paste the Value of a client secret: in Entra, under App "
                    "registrations → Certificates & secrets."
                ),
                code="required",
            )
        return Secret(secret)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        client_id, tenant_id = cleaned.get("client_id"), cleaned.get("tenant_id")
        if client_id is not None and client_id == tenant_id:
            self.add_error(
                "tenant_id",
                _(
                    "This is the Application (client) ID once more. Copy the Directory "
                    "(tenant) ID: the line below it in Entra."
                ),
            )
        if (
            tenant_id is not None
            and self.settings.tenant_id not in (None, tenant_id)
            and self.settings.is_active(timezone.now())
        ):
            self.add_error(
                "tenant_id",
                _("Turn off Entra sign-in first: people have other object IDs there."),
            )
        secret, current = cleaned.get("client_secret"), self.current
        if secret == "" and not (current is not None and current.client_secret):
            # The date stands there before there is a secret that it could be of.
            cleaned["client_secret_expires_on"] = None
        self._check_expiry(secret, cleaned.get("client_secret_expires_on"))
        return cleaned

    def save(self) -> list[str]:
        """Save, and return the names of the fields that changed."""
        return configuration.save(self.settings, **self.cleaned_data)

    def _check_expiry(self, secret: Secret | None, date: datetime.date | None) -> None:
        name = "client_secret_expires_on"
        if secret is None or name in self.errors:
            return
        current = self.current
        has_secret = secret or (current is not None and current.client_secret)
        if date is None and has_secret:
            self.add_error(
                name, _("Enter the date: Entra shows it in the column Expires.")
            )
        elif secret and date is not None and date <= timezone.localdate():
            self.add_error(
                name, _("This date has passed. Create a new client secret in Entra.")
            )


class DayField(forms.DateField):
    """A day that has a midnight before and after it in every time zone."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_validators = [
        MinValueValidator(datetime.date(1970, 1, 1)),
        MaxValueValidator(datetime.date(2999, 12, 31)),
    ]


KIND_GROUPS: dict[str, tuple[str, ...]] = {
    "roles": (
        ProvisioningEvent.Kind.ROLE_CREATED,
        ProvisioningEvent.Kind.ROLE_CHANGED,
        ProvisioningEvent.Kind.ROLE_DELETED,
    )
}
"""Kinds of events that somebody asks for together."""

_GROUP_LABELS = (("roles", _("role created, changed or deleted")),)

_BEGINNINGS = _("Type how a name, username or address begins.")


class EventFilterForm(forms.Form):
    """Which events to show."""

    person = forms.CharField(
        label=_("Person"), required=False, max_length=200, help_text=_BEGINNINGS
    )
    kind = forms.ChoiceField(label=_("What"), required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Up to and including"), required=False)
    reason = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [
            ("", _("Everything")),
            *_GROUP_LABELS,
            *ProvisioningEvent.Kind.choices,
        ]

    def show_counts(self, counts: Counter[str]) -> None:
        """Say at each kind how many events it has, and offer none that has none."""
        field: Any = self.fields["kind"]
        chosen = self["kind"].value()
        counted = [
            (kind, label, sum(counts[one] for one in KIND_GROUPS.get(kind, (kind,))))
            for kind, label in (*_GROUP_LABELS, *ProvisioningEvent.Kind.choices)
        ]
        field.choices = [
            ("", _("Everything")),
            *(
                (kind, f"{label} ({count})")
                for kind, label, count in counted
                if count or kind == chosen
            ),
        ]


class PeopleFilterForm(forms.Form):
    """Which people to show."""

    STATUS: tuple[tuple[str, Any], ...] = (
        ("", _("Everybody")),
        ("active", _("Active")),
        ("inactive", _("Inactive")),
    )

    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=200)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status: Any = self.fields["status"]
        status.choices = self.STATUS


class LinkedPeopleFilterForm(PeopleFilterForm):
    """Which people from Entra to show."""

    STATUS = (
        *PeopleFilterForm.STATUS,
        ("waiting", _("Another object ID waits for your decision")),
        ("no_sign_in", _("Active, but not able to sign in with Entra")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].help_text = _BEGINNINGS
