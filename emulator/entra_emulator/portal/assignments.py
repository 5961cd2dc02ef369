"""Who is assigned to an application: "Users and groups"."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from entra_emulator.applications import AppRole, Assignment
from entra_emulator.directory import Group, Principal

from .pages import ApplicationPage, one_of
from .users import matching

_OFFERED = 50


class Assignments(ApplicationPage):
    """All assignments: people and groups, each with a role or default access."""

    template_name = "assignments.html"
    title = "Users and groups"
    actions = {"remove": "remove"}

    def remove(self) -> HttpResponse:
        number = self.request.POST.get("assignment", "")
        for assignment in self.application.assignments:
            if _key(assignment) == number:
                self.application.remove(assignment)
                return self.done(
                    _("The assignment of %(principal)s was removed.")
                    % {"principal": assignment.principal}
                )
        return self.refused(_("This assignment is gone already."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "")
        wanted = text.strip().lower()
        found = [
            assignment
            for assignment in self.application.assignments
            if wanted in str(assignment.principal).lower()
            or wanted
            in getattr(assignment.principal, "user_principal_name", "").lower()
        ]
        rows = self.rows(found)
        return super().get_context_data(
            rows=rows,
            listed=[(_key(one), one, isinstance(one.principal, Group)) for one in rows],
            query=self.query(),
            text=text,
            **kwargs,
        )


class AddAssignment(ApplicationPage):
    """Searches for people and groups, and assigns those who are chosen."""

    template_name = "add_assignment.html"
    title = "Add user/group"
    actions = {"assign": "assign"}

    def assign(self) -> HttpResponse:
        known: list[Principal] = [*matching(self.tenant, ""), *self.tenant.groups]
        chosen = self.request.POST.getlist("principal")
        principals = [one_of(known, object_id=one) for one in chosen]
        if not principals:
            return self._again(_("Choose a user or a group."))
        if "role" not in self.request.POST:
            return self._again(_("Choose a role."))
        role = self._role(self.request.POST["role"])
        assigned = [
            principal
            for principal in principals
            if not any(
                one.principal is principal and one.role is role
                for one in self.application.assignments
            )
        ]
        for principal in assigned:
            self.application.assign(principal, role)
        if not assigned:
            return self._again(_("They have this assignment already."))
        return self.done(
            _("Assigned: %(principals)s")
            % {"principals": ", ".join(map(str, assigned))},
            f"{self.place.app}assignments/",
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "")
        wanted = text.strip().lower()
        people = matching(self.tenant, text)
        groups = [g for g in self.tenant.groups if wanted in g.display_name.lower()]
        return super().get_context_data(
            people=people[:_OFFERED],
            groups=groups[:_OFFERED],
            hidden=len(people) > _OFFERED or len(groups) > _OFFERED,
            text=text,
            roles=[role for role in self.application.app_roles if role.is_enabled],
            chosen=self.request.POST.getlist("principal"),
            chosen_role=self.request.POST.get("role"),
            **kwargs,
        )

    def _role(self, role_id: str) -> AppRole | None:
        return one_of(self.application.app_roles, id=role_id) if role_id else None

    def _again(self, reason: str) -> HttpResponse:
        return self.render_to_response(self.get_context_data(error=reason))


def _key(assignment: Assignment) -> str:
    role = assignment.role.id if assignment.role else ""
    return f"{assignment.principal.object_id}/{role}"
