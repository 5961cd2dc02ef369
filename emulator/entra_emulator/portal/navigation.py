"""Where things are in the portal, in the order and by the names of Entra's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from entra_emulator.applications import Application
from entra_emulator.tenant import Tenant

ROOT = "/portal/"


@dataclass(frozen=True)
class Place:
    """A tenant's pages, and those of one of its applications."""

    tenant: Tenant | None = None
    application: Application | None = None

    @property
    def home(self) -> str:
        """The path below which all pages of the tenant are."""
        return f"{ROOT}{self.tenant.id}/" if self.tenant else ROOT

    @property
    def app(self) -> str:
        """The path below which all pages of the application are."""
        return f"{self.home}{self.application.client_id}/" if self.application else ""


@dataclass(frozen=True)
class Link:
    """An entry of the menu."""

    path: str
    label: Any
    is_current: bool


@dataclass(frozen=True)
class Section:
    """A part of the menu with a heading."""

    heading: Any
    about: Any
    links: list[Link]


Entries = tuple[tuple[str, Any], ...]

_TENANT: Entries = (
    ("", "Overview"),
    ("users/", "Users"),
    ("groups/", "Groups"),
    ("graph/", "Graph Explorer"),
)
_ENTERPRISE_APPLICATION: Entries = (
    ("properties/", "Properties"),
    ("assignments/", "Users and groups"),
)
_PROVISIONING: Entries = (
    ("provisioning/", "Overview"),
    ("provisioning/connectivity/", "Connectivity"),
    ("provisioning/mappings/", "Attribute mapping"),
    ("provisioning/settings/", "Settings"),
    ("provisioning/on-demand/", "Provision on demand"),
    ("provisioning/logs/", "Provisioning logs"),
)
_APP_REGISTRATION: Entries = (
    ("", "Overview"),
    ("authentication/", "Authentication"),
    ("secrets/", "Certificates & secrets"),
    ("claims/", "Token configuration"),
    ("permissions/", "API permissions"),
    ("app-roles/", "App roles"),
)
_REHEARSAL: Entries = (
    ("sign-in-faults/", _("Sign-in faults")),
    ("network/", _("Network faults")),
    ("open-points/", _("Open points")),
)


def sections(place: Place, path: str) -> list[Section]:
    """Return the menu of a place; ``path`` is that of the page."""
    if place.tenant is None:
        return []
    parts: list[tuple[Any, str, str, Entries]] = [
        ("Microsoft Entra ID", place.tenant.name, place.home, _TENANT)
    ]
    if place.application is not None:
        name = place.application.display_name
        parts += [
            ("Enterprise applications", name, place.app, _ENTERPRISE_APPLICATION),
            ("Provisioning", "", place.app, _PROVISIONING),
            ("App registrations", name, place.app, _APP_REGISTRATION),
            (_("Only here: rehearse"), "", place.app, _REHEARSAL),
        ]
    paths = [
        base + rest for _heading, _about, base, links in parts for rest, _l in links
    ]
    # The longest path that the page is at or below.
    current = max((one for one in paths if path.startswith(one)), key=len, default="")
    return [
        Section(
            heading,
            about,
            [Link(base + rest, label, base + rest == current) for rest, label in links],
        )
        for heading, about, base, links in parts
    ]
