"""What all pages of the tab have in common."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from entra_scim.connection import configuration
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.transactions import deciding
from entra_scim.diagnosis import observations, sign_in_health, status
from entra_scim.exceptions import ProvisioningError
from entra_scim.logs import logged_as_warning, logger
from entra_scim.models import EntraConnection
from entra_scim.secrecy.hiding import hide_in_reports
from entra_scim.sign_in import entrances
from entra_scim.story import events
from entra_scim.web.engines import engine
from entra_scim.web.prefetches import is_prefetch

from .mounts import Mount
from .paging import BoundedPaginator

_NAVIGATION = {
    "set_up": _("Set-up"),
    "sign_in": _("Sign-in"),
    "guide": _("Guide"),
    "people": _("People"),
    "events": _("Events"),
    "later": _("Later"),
}
"""The pages that each page leads to, by name."""


@dataclass(frozen=True, kw_only=True)
class NavigationEntry:
    """A page that each page leads to."""

    url: str
    label: str | Promise
    is_current: bool


class EnvironmentPage(TemplateView):
    """A page about one environment, for those who may see that environment.

    Who may is decided by where the page is mounted: in an admin, or in a product's own
    settings area.
    """

    mount: Mount = None  # type: ignore[assignment]
    parameters: tuple[str, ...] = ()
    """What the URL of the page itself captures, below that of the tab."""

    page = ""
    """The name of the page in the navigation that this one belongs to."""

    title: Any = _("Microsoft Entra ID")
    environment: AnyEnvironment

    @deciding()
    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        hide_in_reports(request)
        if is_prefetch(request.headers):
            unasked = HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
            return logged_as_warning(unasked, request)
        self.environment = self.mount.find(request, kwargs)
        if entrances.is_shut(request.user, request.session, self.environment):
            raise Http404
        if request.method == "POST" and not self.can_change:
            raise PermissionDenied
        try:
            with events.acting(request.user):
                return super().dispatch(request, *args, **kwargs)
        except ProvisioningError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.url("set_up"))

    @property
    def can_change(self) -> bool:
        """Whether the visitor may change anything here."""
        return self.mount.may_change(self.request, self.environment)

    def url(
        self,
        name: str,
        *args: Any,
        query: Mapping[str, str] | None = None,
        anchor: str = "",
    ) -> str:
        """Return the URL of a page of this environment's tab, by its name."""
        match: Any = self.request.resolver_match
        # A product may mount the tab below whatever else its URLs capture.
        above = {
            captured: value
            for captured, value in match.kwargs.items()
            if captured not in {*self.parameters, *match.extra_kwargs}
        } | self.mount.named(self.environment)
        url = reverse(f"{match.namespace}:{name}", args=[*above.values(), *args])
        if query:
            url += f"?{urlencode(query)}"
        return f"{url}#{anchor}" if anchor else url

    @cached_property
    def entra_connection(self) -> EntraConnection:
        """What the environment knows of Entra, as the page shows it."""
        return configuration.connection_of(self.environment)

    @cached_property
    def last_contact(self) -> datetime.datetime | None:
        """When Entra used an access key last."""
        return observations.last_contact_of(self.environment)

    @cached_property
    def breakage(self) -> sign_in_health.Breakage | None:
        """Since when signing in fails for everybody, if it does."""
        return sign_in_health.breakage(self.entra_connection)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **self.mount.context(self.request, self.environment),
            **super().get_context_data(
                frame=self.mount.frame,
                original=self.environment,
                title=self.title,
                tab=self.url("set_up"),
                navigation=[
                    NavigationEntry(
                        url=self.url(name), label=label, is_current=name == self.page
                    )
                    for name, label in _NAVIGATION.items()
                ],
                is_tab_itself=self.title == EnvironmentPage.title,
                can_change=self.can_change,
                status=status.status_of(
                    self.entra_connection, self.breakage, self.last_contact
                ),
                **kwargs,
            ),
        }

    def render_to_response(
        self, context: dict[str, Any], **response_kwargs: Any
    ) -> HttpResponse:
        # Not by the name of an engine: that of ours is none of the product's.
        return self.response_class(
            request=self.request,
            template=engine().get_template(str(self.template_name)),
            context=context,
            **response_kwargs,
        )

    def done(self, message: Any, url: str) -> HttpResponseRedirect:
        """Note a change in the place's own log, say so, and go on to a page."""
        try:
            self.mount.note(self.request, self.environment, str(message))
        except Exception:
            # The change is committed, and its event is kept: a log of the product's
            # that fails does not make it undone.
            logger.exception("Could not note a change in the product's log")
        messages.success(self.request, message)
        return HttpResponseRedirect(url)

    def paginated(self, rows: models.QuerySet[Any], *related: str) -> Page[Any]:
        """Return the page of some rows that the URL asks for."""
        return BoundedPaginator(rows, *related).get_page(self.request.GET.get("p"))

    def query_without_page(self) -> str:
        """Return the URL's query for links to other pages of the same list."""
        query = self.request.GET.copy()
        query.pop("p", None)
        return query.urlencode()
