"""The groups of the directory."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _

from entra_emulator.directory import Group

from .pages import FormPage, PortalForm, TenantPage, one_of
from .users import matching

_OFFERED = 50


class GroupForm(PortalForm):
    """A group that is to be added."""

    name = forms.CharField(label="Group name", max_length=256)


class Groups(FormPage, TenantPage):
    """All groups."""

    template_name = "groups.html"
    title = "Groups"
    submit = "Create"

    def form(self, *data: Any) -> GroupForm:
        return GroupForm(*data)

    def save(self, form: forms.Form) -> HttpResponse:
        group = self.tenant.add_group(form.cleaned_data["name"])
        return self.done(
            _("%(group)s was created.") % {"group": group},
            f"{self.request.path}{group.object_id}/",
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "")
        wanted = text.strip().lower()
        groups = [g for g in self.tenant.groups if wanted in g.display_name.lower()]
        return super().get_context_data(
            rows=self.rows(groups), query=self.query(), text=text, **kwargs
        )


class OneGroup(TenantPage):
    """A group and its direct members."""

    template_name = "group.html"
    actions = {"remove": "remove", "delete": "delete_group"}
    group: Group

    def find(self, **kwargs: str) -> None:
        super().find(**kwargs)
        self.group = one_of(self.tenant.groups, object_id=kwargs["object_id"])

    def remove(self) -> HttpResponse:
        person = one_of(
            self.group.members, object_id=self.request.POST.get("person", "")
        )
        self.tenant.remove_member(self.group, person)
        return self.done(_("%(person)s was removed.") % {"person": person})

    def delete_group(self) -> HttpResponse:
        self.tenant.delete_group(self.group)
        return self.done(
            _("%(group)s was deleted.") % {"group": self.group},
            f"{self.place.home}groups/",
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("title", self.group.display_name)
        return super().get_context_data(
            group=self.group,
            rows=self.rows(list(self.group.members)),
            query=self.query(),
            **kwargs,
        )


class AddMembers(OneGroup):
    """Searches for people, and puts those who are chosen into the group."""

    template_name = "add_members.html"
    title = "Add members"
    actions = {"add": "add"}

    def add(self) -> HttpResponse:
        chosen = self.request.POST.getlist("person")
        if not chosen:
            return self.refused(_("Choose somebody."))
        people = [one_of(self.tenant.people.values(), object_id=one) for one in chosen]
        for person in people:
            self.tenant.add_member(self.group, person)
        return self.done(
            _("Added: %(people)s") % {"people": ", ".join(map(str, people))},
            f"{self.place.home}groups/{self.group.object_id}/",
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "")
        others = [p for p in matching(self.tenant, text) if p not in self.group.members]
        return super().get_context_data(
            title=self.title,
            people=others[:_OFFERED],
            hidden=len(others) > _OFFERED,
            text=text,
            **kwargs,
        )
