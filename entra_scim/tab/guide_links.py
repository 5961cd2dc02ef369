"""Links to the guide for a colleague: create one, see which there are, revoke one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from entra_scim.connection import guide_links
from entra_scim.models import GuideLink

from .pages import EnvironmentPage

_ANCHOR = "colleague"


@dataclass(frozen=True, kw_only=True)
class ShownLink:
    """A link as the guide's page lists it."""

    link: GuideLink
    url: str
    """Its whole address, or empty if it shows the guide no longer, or not to be given."""

    mail_url: str
    """What opens an e-mail with the link in it."""


def links_of(page: EnvironmentPage) -> list[ShownLink]:
    """Return the links of a page's environment, the newest first."""
    links = GuideLink.objects.for_environment(page.environment)
    usable = set(links.usable(timezone.now()).values_list("pk", flat=True))
    return [
        _shown(page, link, is_usable=link.pk in usable)
        for link in links.select_related("created_by")
    ]


class CreateGuideLinkView(EnvironmentPage):
    """Creates a link to the guide."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("guide", anchor=_ANCHOR))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        guide_links.create(self.environment, request.user)
        return self.done(
            _("Microsoft Entra ID: created a link to the guide."),
            self.url("guide", anchor=_ANCHOR),
        )


class RevokeGuideLinkView(EnvironmentPage):
    """Revokes a link. Another one is a click away, so nobody is asked twice."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.link()
        return HttpResponseRedirect(self.url("guide", anchor=_ANCHOR))

    def link(self) -> GuideLink:
        links = GuideLink.objects.for_environment(self.environment)
        return cast(GuideLink, get_object_or_404(links, pk=self.kwargs["link_id"]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        guide = self.url("guide", anchor=_ANCHOR)
        if not guide_links.revoke(self.link()):
            messages.info(request, _("Nothing has changed."))
            return HttpResponseRedirect(guide)
        return self.done(_("Microsoft Entra ID: revoked a link to the guide."), guide)


def _shown(page: EnvironmentPage, link: GuideLink, *, is_usable: bool) -> ShownLink:
    url = mail_url = ""
    if is_usable and page.can_change:
        path = page.url("shared_guide", guide_links.token_of(link))
        url = page.request.build_absolute_uri(path)
        mail_url = _mail_url(page, link, url)
    return ShownLink(link=link, url=url, mail_url=mail_url)


def _mail_url(page: EnvironmentPage, link: GuideLink, url: str) -> str:
    """Return a mailto URL with subject and text, whose lines end as RFC 6068 asks."""
    values = {
        "environment": page.environment,
        "date": date_format(timezone.localtime(link.expires_at), "DATE_FORMAT"),
    }
    subject = _("Set up Microsoft Entra ID for %(environment)s") % values
    text = [
        _("Hello,"),
        "",
        _(
            "Could you set up Microsoft Entra ID for %(environment)s? This guide shows "
            "each step in Entra, with the values to enter:"
        )
        % values,
        url,
        "",
        _(
            "You need no account to open it. It contains no secrets: you get the access "
            "key from me by another way."
        ),
        _("The link expires on %(date)s.") % values,
    ]
    body = "\r\n".join(text)
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"
