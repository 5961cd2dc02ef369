"""Where the portal begins: the tenants, and what a tenant has."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .navigation import Place
from .pages import FormPage, Page, PortalForm, TenantPage

MOMENTS_LATER = (
    ("40", datetime.timedelta(minutes=40), gettext_lazy("40 minutes later")),
    ("day", datetime.timedelta(days=1), gettext_lazy("A day later")),
    ("31-days", datetime.timedelta(days=31), gettext_lazy("31 days later")),
)


class ApplicationForm(PortalForm):
    """What "Create your own application" asks for."""

    name = forms.CharField(label="What's the name of your app?", max_length=120)


class Tenants(Page):
    """The tenants of this local Entra; the one, if there is one."""

    template_name = "tenants.html"
    title = gettext_lazy("Tenants")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if len(self.entra.tenants) == 1:
            return self.go(Place(self.entra.tenants[0]).home)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        places = [Place(tenant) for tenant in self.entra.tenants]
        return super().get_context_data(places=places, **kwargs)


class Overview(FormPage, TenantPage):
    """A tenant at a glance, its time, and its applications."""

    template_name = "overview.html"
    title = "Overview"
    submit = "Create"
    actions = {"later": "let_time_pass"}

    def form(self, *data: Any) -> ApplicationForm:
        return ApplicationForm(*data)

    def save(self, form: forms.Form) -> HttpResponse:
        application = self.tenant.add_application(form.cleaned_data["name"])
        # As in Entra: somebody still has to grant it.
        application.has_consent = False
        return self.done(
            _("The application was created."), Place(self.tenant, application).app
        )

    def let_time_pass(self) -> HttpResponse:
        for name, duration, _label in MOMENTS_LATER:
            if name == self.request.POST.get("by"):
                self.tenant.clock.advance(duration)
        return self.done(_("Time has passed. Cycles run when you start them."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = list(self.tenant.people.values())
        deleted = sum(person.deleted_at is not None for person in people)
        return super().get_context_data(
            users=len(people) - deleted,
            deleted=deleted,
            places=[Place(self.tenant, a) for a in self.tenant.applications],
            moments_later=[(name, label) for name, _by, label in MOMENTS_LATER],
            **kwargs,
        )


class Now(TenantPage):
    """What time it is in a tenant, for a product whose clock follows."""

    reaches_out = True  # It waits for no cycle, and a cycle not for it.
    keeps_unsaved = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return JsonResponse({"now": self.tenant.clock.now().isoformat()})
