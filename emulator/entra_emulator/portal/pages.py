"""What all pages of the portal have in common."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Page as Rows
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from entra_emulator.applications import Application
from entra_emulator.local_entra import LocalEntra
from entra_emulator.tenant import Tenant
from entra_emulator.web import SiteRequest, render

from .navigation import Place, sections

ROWS = 50

T = TypeVar("T")


def one_of(several: Iterable[T], **wanted: Any) -> T:
    """Return the one whose attributes are as wanted.

    Raises:
        Http404: There is none.
    """
    for one in several:
        if all(getattr(one, name) == value for name, value in wanted.items()):
            return one
    raise Http404


class Page(TemplateView):
    """A page of the portal.

    Buttons with the name ``action`` are answered by the methods that ``actions``
    names.
    """

    title: Any = ""
    actions: dict[str, str] = {}

    request: SiteRequest
    entra: LocalEntra

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.entra = self.request.emulator

    @property
    def place(self) -> Place:
        """Where in the portal the page is."""
        return Place()

    @property
    def back(self) -> str:
        """The path that the page was reached from; empty if it is in the menu."""
        return ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = self.actions.get(request.POST.get("action", ""))
        if method is None:
            return HttpResponseBadRequest("Unknown action.")
        response: HttpResponseBase = getattr(self, method)()
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "title": self.title,
            "back": self.back,
            "place": self.place,
            "menu": sections(self.place, self.request.path),
            "links": self.entra.links,
        }
        return super().get_context_data(**{**context, **kwargs})

    def render_to_response(
        self, context: dict[str, Any], **response_kwargs: Any
    ) -> HttpResponse:
        # At once, while the directory is locked.
        return render(self.request, f"portal/{self.template_name}", context)

    def done(self, message: Any, path: str = "") -> HttpResponse:
        """Say what was done, and go on to a page: this one, or another path."""
        messages.success(self.request, str(message))
        return self.go(path)

    def refused(self, reason: Any, path: str = "") -> HttpResponse:
        """Say why something was not done, and go on to a page."""
        messages.error(self.request, str(reason))
        return self.go(path)

    def go(self, path: str = "") -> HttpResponse:
        """Go on to this page, without its query, or to another path."""
        return HttpResponseRedirect(path or self.request.path)

    def rows(self, several: Sequence[Any]) -> Rows[Any]:
        """Return those of several that the URL's page number asks for."""
        return Paginator(several, ROWS).get_page(self.request.GET.get("p"))

    def query(self) -> str:
        """Return the URL's query, for links to other pages of the same list."""
        query = self.request.GET.copy()
        query.pop("p", None)
        return query.urlencode()


class TenantPage(Page):
    """A page about a tenant, whose directory does not change while it is shown."""

    tenant: Tenant
    reaches_out = False
    """Whether the page waits for the server. Nobody else has to wait for it then."""

    keeps_unsaved = False
    """Whether changed mappings survive the page. Entra drops them without Save."""

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        self.tenant = one_of(self.entra.tenants, id=str(kwargs["tenant_id"]))
        with contextlib.nullcontext() if self.reaches_out else self.tenant.lock:
            self.find(**{name: str(value) for name, value in kwargs.items()})
            if self.entra.unsaved_mappings and not self.keeps_unsaved:
                self.entra.unsaved_mappings.clear()
                messages.warning(
                    request,
                    _(
                        "Changes to the attribute mapping were lost: Save was not chosen."
                    ),
                )
            return super().dispatch(request, *args, **kwargs)

    def find(self, **kwargs: str) -> None:
        """Find what else the URL names.

        Raises:
            Http404: It is not there.
        """

    @property
    def place(self) -> Place:
        applications = self.tenant.applications
        return Place(self.tenant, applications[0] if len(applications) == 1 else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"tenant": self.tenant, "now": self.tenant.clock.now(), **kwargs}
        )


class ApplicationPage(TenantPage):
    """A page about an application."""

    application: Application

    def find(self, **kwargs: str) -> None:
        self.application = one_of(
            self.tenant.applications, client_id=kwargs["client_id"]
        )

    @property
    def place(self) -> Place:
        return Place(self.tenant, self.application)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"application": self.application, **kwargs})


class PortalForm(forms.Form):
    """A form of the portal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class FormPage(Page):
    """A page with a form, which keeps what was typed until it is right."""

    template_name = "form.html"
    submit: Any = "Save"
    intro: Any = ""

    def form(self, *data: Any) -> forms.Form:
        """Return the form, with what was sent or without."""
        raise NotImplementedError

    def save(self, form: Any) -> HttpResponse:
        """Do what a valid form asks for, and go on to a page."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "action" in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            return self.save(form)
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"submit": self.submit, "intro": self.intro}
        if "form" not in kwargs:
            context["form"] = self.form()
        return super().get_context_data(**{**context, **kwargs})
