"""The forms of the tab: what administrators copy from Entra, choose and confirm."""

from __future__ import annotations

import datetime
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
    federation,
)
from entra_scim.models import EntraConnection, ProvisioningEvent
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.text.identifiers import is_guid

from .pasted import GuidField, with_ids_apart, without_what_comes_along
from .secrets import SecretField, SecretsForm

_TERMS = (
    ("90", _("90 days (3 months)")),
    ("180", _("180 days (6 months), which Entra recommends")),
    ("365", _("365 days (12 months)")),
    ("545", _("545 days (18 months)")),
    ("730", _("730 days (24 months)")),
)
"""What Entra offers: from the day on which the secret is created."""

_ON_A_DATE = "date"


class ConnectionForm(SecretsForm):
    """What an administrator copies from Entra. The secret is never shown again.

    It is spread over two steps: fields of the later one name the form they belong to.
    """

    IDS = ("client_id", "tenant_id", "cloud")
    LATER = ("client_secret", "client_secret_term", "client_secret_expires_on")

    client_id = GuidField(label=_("Application (client) ID"), show_hidden_initial=True)
    tenant_id = GuidField(label=_("Directory (tenant) ID"), show_hidden_initial=True)
    cloud = forms.ChoiceField(
        label=_("Cloud"),
        choices=EntraConnection.Cloud.choices,
        show_hidden_initial=True,
    )
    client_secret = SecretField(
        label=_("Client secret"), required=False, max_length=1000
    )
    client_secret_term = forms.ChoiceField(
        label=_("What did you choose in Entra under Expires?"),
        required=False,
        choices=[*_TERMS, (_ON_A_DATE, _("Another date"))],
        widget=forms.RadioSelect,
    )
    client_secret_expires_on = forms.DateField(
        label=_("Client secret expires on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_(
            "For another date only: Entra shows it in the column Expires. You are told "
            "30 days before, since nobody can sign in with an expired secret."
        ),
    )

    @without_variables
    def __init__(self, data: Any = None, *, settings: EntraConnection) -> None:
        self.settings = settings
        self.current = credentials.newest(settings)
        source = self.current or settings
        initial = {name: getattr(source, name) for name in self.IDS}
        local = authorities.hosts().get(authorities.LOCAL)
        if local and self.current is None:
            initial["cloud"] = authorities.LOCAL
        if data is not None:
            data = self._with_current_ids(with_ids_apart(data), initial)
        # Nobody knows when a new secret expires but who created it: no date is there.
        super().__init__(data, initial=initial)
        self._needs_proof = False
        for name in self.LATER:
            self.fields[name].widget.attrs["form"] = "entra-connection"
        if local:
            cloud: Any = self.fields["cloud"]
            cloud.choices = [*cloud.choices, (authorities.LOCAL, local)]

    def _with_current_ids(self, data: Any, initial: dict[str, Any]) -> Any:
        """Return what was posted, with the current value of each ID that was left alone.

        A page that was open while somebody saved other IDs would bring the former ones
        back, by a new client secret alone.
        """
        data = data.copy()
        for name in self.IDS:
            shown = self.add_initial_prefix(name)
            is_left_alone = shown in data and data[shown] == data.get(name)
            if is_left_alone or shown not in data:
                data[shown] = "" if initial[name] is None else str(initial[name])
            if is_left_alone:
                data[name] = data[shown]
        return data

    def ask_for_proof(self) -> None:
        """Refuse a connection that sign-in could not prove itself with."""
        has_proof = self.current is not None or bool(federation.kinds())
        self._needs_proof = not has_proof

    def clean_client_secret(self) -> Secret:
        secret = without_what_comes_along(self.cleaned_data["client_secret"].reveal())
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
        is_lost = self.current is None and self.settings.has_proof
        if not secret and (is_lost or self._needs_proof):
            # What can no longer be read would be gone for good, saved without.
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
        self._check_expiry(cleaned)
        return cleaned

    @property
    def changes_ids(self) -> bool:
        """Whether other IDs were entered: they decide whose answers are believed."""
        source = self.current or self.settings
        return any(
            self.cleaned_data[name] != getattr(source, name) for name in self.IDS
        )

    def save(self) -> list[str]:
        """Save, and return the names of the fields that changed."""
        values = {**self.cleaned_data}
        del values["client_secret_term"]
        return configuration.save(self.settings, **values)

    def _check_expiry(self, cleaned: dict[str, Any]) -> None:
        """Find out when the secret expires, from the term or the date that was chosen."""
        term, date = "client_secret_term", "client_secret_expires_on"
        secret = cleaned.get("client_secret")
        if secret is None or {term, date} & self.errors.keys():
            return
        chosen, typed, today = cleaned[term], cleaned[date], timezone.localdate()
        kept = self.current if self.current and self.current.client_secret else None
        days = int(chosen) if chosen.isdecimal() else 0
        if days and typed is not None:
            self.add_error(term, _("Choose “Another date”, or leave the date empty."))
        elif days and not secret and kept is not None:
            self.add_error(
                term,
                _(
                    "This counts from today. Paste the new client secret too, or enter "
                    "the date on which the one that is set expires."
                ),
            )
        elif chosen == _ON_A_DATE and typed is None:
            self.add_error(
                date, _("Enter the date: Entra shows it in the column Expires.")
            )
        elif secret and not days and typed is None:
            self.add_error(
                term,
                _("Choose when it expires, as you did in Entra, or enter the date."),
            )
        elif secret and typed is not None and typed <= today:
            self.add_error(
                date, _("This date has passed. Create a new client secret in Entra.")
            )
        elif secret:
            cleaned[date] = typed or today + datetime.timedelta(days=days)
        elif kept is None:  # Nothing is set that could expire.
            cleaned[date] = None
        elif typed is None:
            cleaned[date] = kept.client_secret_expires_on


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
