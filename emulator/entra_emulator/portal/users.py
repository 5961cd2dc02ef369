"""The people of the directory: Entra says "users"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_emulator.directory import Person
from entra_emulator.tenant import Tenant

from .pages import FormPage, PortalForm, TenantPage, one_of

_SUGGESTED = 200
"""How many people a field suggests: browsers grow slow with more."""

PROFILE_LABELS = {
    "displayName": "Display name",
    "givenName": "First name",
    "surname": "Last name",
    "mail": "Email",
    "mailNickname": "Mail nickname",
    "jobTitle": "Job title",
    "department": "Department",
    "employeeId": "Employee ID",
    "preferredLanguage": "Preferred language",
    "physicalDeliveryOfficeName": "Office location",
    "streetAddress": "Street address",
    "city": "City",
    "state": "State or province",
    "postalCode": "ZIP or postal code",
    "country": "Country or region",
    "telephoneNumber": "Business phone",
    "mobile": "Mobile phone",
    "facsimileTelephoneNumber": "Fax number",
}


def matching(tenant: Tenant, text: str, *, deleted: bool = False) -> list[Person]:
    """Return people whose name or address has a text in it."""
    wanted = text.strip().lower()
    return [
        person
        for person in tenant.people.values()
        if (person.deleted_at is not None) == deleted
        and (
            wanted in person.user_principal_name.lower()
            or wanted in person.display_name.lower()
            or wanted in person.profile.get("mail", "").lower()
        )
    ]


def person_named(tenant: Tenant, name: str) -> Person | None:
    """Return who has a user principal name, in any case."""
    wanted = name.strip().lower()
    for person in tenant.people.values():
        if person.user_principal_name.lower() == wanted and person.deleted_at is None:
            return person
    return None


def suggestions(tenant: Tenant) -> list[Person]:
    """Return the people whom a field for a user principal name suggests."""
    return matching(tenant, "")[:_SUGGESTED]


class NameForm(PortalForm):
    """A form with a user principal name that is not taken."""

    user_principal_name = forms.CharField(
        label="User principal name",
        max_length=113,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self, *data: Any, tenant: Tenant, person: Person | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*data, **kwargs)
        self.tenant = tenant
        self.person = person

    def clean_user_principal_name(self) -> str:
        name: str = self.cleaned_data["user_principal_name"]
        if not all(name.rpartition("@")) or any(c.isspace() for c in name):
            raise ValidationError(
                _("A user principal name looks like ann@contoso.example.")
            )
        for person in self.tenant.people.values():
            if (
                person.user_principal_name.lower() == name.lower()
                and person is not self.person
            ):
                raise ValidationError(
                    _("Somebody has this name already; perhaps among deleted users.")
                )
        return name


class NewUserForm(NameForm):
    """Who is to be added."""

    name = forms.CharField(
        label="Display name",
        max_length=256,
        help_text=gettext_lazy("First and last name are taken from it."),
    )
    mail = forms.CharField(
        label="Email",
        required=False,
        help_text=gettext_lazy("Empty: the user principal name."),
    )
    is_guest = forms.BooleanField(
        label="Guest",
        required=False,
        help_text=gettext_lazy(
            "Entra names guests like ann_partner.example#EXT#@contoso.example."
        ),
    )


class UserForm(NameForm):
    """A person's name, manager and profile."""

    manager = forms.CharField(
        label="Manager",
        required=False,
        help_text=gettext_lazy("The manager's user principal name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "people"}),
    )

    def __init__(self, *data: Any, **kwargs: Any) -> None:
        super().__init__(*data, **kwargs)
        for name, label in PROFILE_LABELS.items():
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=256
            )

    def clean_manager(self) -> Person | None:
        name = self.cleaned_data["manager"]
        manager = person_named(self.tenant, name) if name else None
        if name and manager is None:
            raise ValidationError(_("Nobody has this user principal name."))
        if manager is not None and manager is self.person:
            raise ValidationError(_("Nobody is their own manager."))
        return manager


class Users(TenantPage):
    """All people, or those who were deleted and can be restored."""

    template_name = "users.html"
    title = "Users"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "")
        deleted = self.request.GET.get("show") == "deleted"
        people = matching(self.tenant, text, deleted=deleted)
        return super().get_context_data(
            rows=self.rows(people),
            query=self.query(),
            text=text,
            deleted=deleted,
            **kwargs,
        )


class NewUser(FormPage, TenantPage):
    """Adds somebody."""

    title = "New user"
    submit = "Create"

    @property
    def back(self) -> str:
        return f"{self.place.home}users/"

    def form(self, *data: Any) -> NewUserForm:
        return NewUserForm(*data, tenant=self.tenant)

    def save(self, form: forms.Form) -> HttpResponse:
        typed = form.cleaned_data
        person = self.tenant.add_person(
            typed["user_principal_name"],
            typed["name"],
            mail=typed["mail"] or None,
            is_guest=typed["is_guest"],
        )
        return self.done(
            _("%(person)s was created.") % {"person": person},
            f"{self.back}{person.object_id}/",
        )


class User(FormPage, TenantPage):
    """One person of the directory, deleted or not."""

    template_name = "user.html"
    actions = {
        "block": "block",
        "unblock": "unblock",
        "delete": "delete_softly",
        "restore": "restore",
        "purge": "purge",
    }
    person: Person

    def find(self, **kwargs: str) -> None:
        super().find(**kwargs)
        self.person = one_of(self.tenant.people.values(), object_id=kwargs["object_id"])

    def form(self, *data: Any) -> UserForm:
        manager = self.person.manager
        return UserForm(
            *data,
            tenant=self.tenant,
            person=self.person,
            initial={
                "user_principal_name": self.person.user_principal_name,
                "manager": manager.user_principal_name if manager else "",
                **self.person.profile,
            },
        )

    def save(self, form: forms.Form) -> HttpResponse:
        typed = form.cleaned_data
        if typed["user_principal_name"] != self.person.user_principal_name:
            self.tenant.rename(self.person, typed["user_principal_name"])
        if typed["manager"] is not self.person.manager:
            self.tenant.set_manager(self.person, typed["manager"])
        self.tenant.change_person(
            self.person, {name: typed[name] for name in PROFILE_LABELS}
        )
        return self.done(_("Saved."))

    def block(self) -> HttpResponse:
        self.tenant.disable(self.person)
        return self.done(_("%(person)s cannot sign in.") % {"person": self.person})

    def unblock(self) -> HttpResponse:
        self.tenant.enable(self.person)
        return self.done(_("%(person)s can sign in.") % {"person": self.person})

    def delete_softly(self) -> HttpResponse:
        self.tenant.delete(self.person)
        return self.done(
            _("%(person)s was deleted, and can be restored for 30 days.")
            % {"person": self.person}
        )

    def restore(self) -> HttpResponse:
        try:
            self.tenant.restore(self.person)
        except ValueError as error:
            return self.refused(error)
        return self.done(_("%(person)s was restored.") % {"person": self.person})

    def purge(self) -> HttpResponse:
        self.tenant.purge(self.person)
        return self.done(
            _("%(person)s was deleted permanently.") % {"person": self.person},
            f"{self.place.home}users/?show=deleted",
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=self.person.display_name,
            person=self.person,
            people=suggestions(self.tenant),
            groups=[g for g in self.tenant.groups if self.person in g.members],
            **kwargs,
        )
