"""Roles: who makes, changes and deletes them, and how far a change has come."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.diagnosis import observations
from entra_scim.exceptions import ProvisioningError
from entra_scim.models import EnvironmentRole
from entra_scim.roles import definitions, regrants

from .forms import RoleForm
from .pages import EnvironmentPage
from .set_up import SetUpPage

_SECONDS = 0.5
"""How long a page works on a change of a role before it shows how far that is."""


class RoleChange(SetUpPage):
    """What the views that change roles have in common."""

    def written(
        self, form: RoleForm, write: Callable[..., EnvironmentRole]
    ) -> EnvironmentRole | None:
        """Return the role that a form asks for, or add to it what stands in the way."""
        if not form.is_valid():
            return None
        value, group = form.cleaned_data["value"], form.cleaned_data["group"]
        try:
            return write(value, group, by=self.request.user)
        except ProvisioningError as error:
            form.add_error(None, str(error))
        except IntegrityError:  # made by somebody else, just now
            form.add_error("value", _("There is a role of this name already."))
        return None

    def changed(self, message: str) -> HttpResponse:
        """Say what was done, and go on to where its effect is seen."""
        is_pending = regrants.pending_of(self.environment)
        return self.done(message, "roles/progress/" if is_pending else "#step-roles")


class ProgressPage(EnvironmentPage):
    """Works on a change of a role that concerns many people, and shows how far it is."""

    template_name = "entra_scim/admin/role_progress.html"
    page = "set_up"
    title = gettext_lazy("Role change in progress")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        regrants.work(self.environment, _SECONDS)
        pending = regrants.pending_of(self.environment)
        if not pending:
            return HttpResponseRedirect(f"{self.tab}#step-roles")
        response = self.render_to_response(
            self.get_context_data(pending=pending, **kwargs)
        )
        response["Refresh"] = "1"
        return response


class RolesView(RoleChange):
    """Makes a role."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(f"{self.tab}#step-roles")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.role_form(request.POST)
        role = self.written(form, partial(definitions.define, self.environment))
        if role is not None:
            return self.changed(
                _("Microsoft Entra ID: made role %(role)s, which grants %(group)s.")
                % {"role": role, "group": role.group}
            )
        return self.render_to_response(self.get_context_data(role_form=form, **kwargs))


class RolePage(RoleChange):
    template_name = "entra_scim/admin/role.html"
    title = gettext_lazy("Change role")

    def role(self) -> EnvironmentRole:
        roles = EnvironmentRole.objects.for_environment(self.environment)
        return cast(
            EnvironmentRole, get_object_or_404(roles, pk=self.kwargs["role_id"])
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("role_form", self.role_form(instance=self.role()))
        return EnvironmentPage.get_context_data(self, role=self.role(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.role_form(request.POST, instance=self.role())
        with _there():
            role = self.written(form, partial(definitions.change, self.role()))
        if role is not None:
            return self.changed(
                _("Microsoft Entra ID: changed role %(role)s, which grants %(group)s.")
                % {"role": role, "group": role.group}
            )
        return self.render_to_response(self.get_context_data(role_form=form, **kwargs))


class DeleteRolePage(RolePage):
    template_name = "entra_scim/admin/confirm_delete_role.html"
    title = gettext_lazy("Delete role")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        role = self.role()
        people = observations.holders_of(role).count()
        return super().get_context_data(people=people, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        role = self.role()
        with _there():
            definitions.remove(role, by=request.user)
        return self.changed(
            _("Microsoft Entra ID: deleted role %(role)s.") % {"role": role}
        )


@contextlib.contextmanager
def _there() -> Iterator[None]:
    """Answer that a role is not there if somebody else has just deleted it."""
    try:
        yield
    except EnvironmentRole.DoesNotExist:
        raise Http404 from None
