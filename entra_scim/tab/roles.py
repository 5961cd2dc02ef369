"""Roles: who defines, changes and removes them, and how far a change has come."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.diagnosis import headcount, observations
from entra_scim.exceptions import ProvisioningError
from entra_scim.models import EnvironmentRole
from entra_scim.roles import definitions, reasons, regrants

from . import typed
from .pages import EnvironmentPage
from .role_form import RoleForm
from .set_up import SetUpPage

SECONDS = 0.5
"""How long a page works on a change of a role before it shows how far that is."""


class RoleProgressPage(EnvironmentPage):
    """Works on a change of a role that concerns many people, and shows how far it is."""

    template_name = "entra_scim/tab/role_progress.html"
    page = "set_up"
    title = gettext_lazy("Role change in progress")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        regrants.work(self.environment, SECONDS)
        pending = regrants.pending_of(self.environment)
        if not pending:
            return HttpResponseRedirect(self.url("set_up", anchor="step-roles"))
        response = self.render_to_response(
            self.get_context_data(pending=pending, **kwargs)
        )
        response["Refresh"] = "1"
        return response


class DefineRoleView(SetUpPage):
    """Defines a role, or shows the tab with what is wrong."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kept = typed.taken_back(request)
        if kept is None:
            return HttpResponseRedirect(self.url("set_up", anchor="step-roles"))
        return self.render_to_response(
            self.get_context_data(role_form=self.form(kept), **kwargs)
        )

    def form(self, data: Any) -> RoleForm:
        return RoleForm(
            data, environment=self.environment, visitor=self.request.user, prefix="role"
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        define = partial(definitions.define, self.environment, by=request.user)
        role = _written(form, define)
        if role is not None:
            return _done(
                self,
                _("Microsoft Entra ID: created role %(role)s, which grants %(group)s.")
                % {"role": role, "group": reasons.granted_by(role).name},
            )
        return self.render_to_response(self.get_context_data(role_form=form, **kwargs))


class DefineUnknownRolesView(EnvironmentPage):
    """Defines every role that Entra sends and nobody has defined, as it was shown."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("set_up", anchor="step-roles"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        define = partial(definitions.define, self.environment, by=request.user)
        created = []
        for value in request.POST.getlist("value"):
            form = RoleForm(
                {"value": value}, environment=self.environment, visitor=request.user
            )
            role = _written(form, define)
            if role is not None:
                created.append(str(role))
                continue
            problem = next(iter(form.errors.values()))[0]
            messages.error(request, f"{value}: {problem}")
        if not created:
            return HttpResponseRedirect(self.url("set_up", anchor="step-roles"))
        return _done(
            self,
            _("Microsoft Entra ID: created the roles %(roles)s.")
            % {"roles": ", ".join(created)},
        )


class RolePage(EnvironmentPage):
    template_name = "entra_scim/tab/role.html"
    page = "set_up"
    title = gettext_lazy("Change role")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kept = typed.taken_back(request)
        if kept is not None:
            kwargs["role_form"] = self.form(kept)
        elif "value" in request.GET:  # what Entra sends since it was renamed there
            renamed = {"value": request.GET["value"]}
            kwargs["role_form"] = self.form(initial=renamed)
        return super().get(request, *args, **kwargs)

    def form(
        self, data: Any = None, *, initial: dict[str, str] | None = None
    ) -> RoleForm:
        return RoleForm(
            data,
            initial=initial,
            instance=_role_of(self),
            environment=self.environment,
            visitor=self.request.user,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "role_form" not in kwargs:
            kwargs["role_form"] = self.form()
        return super().get_context_data(role=_role_of(self), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        with _there():
            change = partial(definitions.change, _role_of(self), by=request.user)
            role = _written(form, change)
        if role is not None:
            return _done(
                self,
                _("Microsoft Entra ID: changed role %(role)s, which grants %(group)s.")
                % {"role": role, "group": reasons.granted_by(role).name},
            )
        return self.render_to_response(self.get_context_data(role_form=form, **kwargs))


class RemoveRolePage(EnvironmentPage):
    template_name = "entra_scim/tab/confirm_delete_role.html"
    page = "set_up"
    title = gettext_lazy("Delete role")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        role = _role_of(self)
        holders = observations.holders_of(role).values("pk")
        people = holders[: headcount.HOLDERS + 1].count()
        return super().get_context_data(
            role=role,
            granted=reasons.granted_by(role),
            people=min(people, headcount.HOLDERS),
            is_more=people > headcount.HOLDERS,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        role = _role_of(self)
        with _there():
            definitions.remove(role, by=request.user)
        return _done(
            self, _("Microsoft Entra ID: deleted role %(role)s.") % {"role": role}
        )


def _role_of(page: EnvironmentPage) -> EnvironmentRole:
    """Return the role that a page is about, if it is its environment's."""
    roles = EnvironmentRole.objects.for_environment(page.environment)
    return cast(EnvironmentRole, get_object_or_404(roles, pk=page.kwargs["role_id"]))


def _written(
    form: RoleForm, write: Callable[..., EnvironmentRole]
) -> EnvironmentRole | None:
    """Return the role that a form asks for, or add to it what stands in the way."""
    if not form.is_valid():
        return None
    try:
        return write(form.cleaned_data["value"], *form.chosen)
    except ProvisioningError as error:
        form.add_error(None, str(error))
    except IntegrityError:  # made by somebody else, just now
        form.add_error("value", _("A role of this name exists already."))
    return None


def _done(page: EnvironmentPage, message: str) -> HttpResponse:
    """Say what was done, and go on to where its effect is seen."""
    if regrants.pending_of(page.environment):
        return page.done(message, page.url("role_progress"))
    return page.done(message, page.url("set_up", anchor="step-roles"))


@contextlib.contextmanager
def _there() -> Iterator[None]:
    """Answer that a role is not there if somebody else has just deleted it."""
    try:
        yield
    except EnvironmentRole.DoesNotExist:
        raise Http404 from None
