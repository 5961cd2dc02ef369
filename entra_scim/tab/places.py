"""Where the places are that an administrator is sent to, and how items are shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entra_scim.diagnosis.items import Code, Item, Place, Way

from .pages import EnvironmentPage


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link as a template shows it."""

    url: str
    label: str | Promise


@dataclass(frozen=True, kw_only=True)
class Address:
    """A page of the tab by its name, and what of it is meant."""

    page: str
    label: str | Promise
    anchor: str = ""
    query: tuple[tuple[str, str], ...] = ()

    def link_from(self, page: EnvironmentPage) -> Link:
        """Return the link to it from a page of the same environment."""
        url = page.url(self.page, query=dict(self.query), anchor=self.anchor)
        return Link(url=url, label=self.label)


ADDRESSES = {
    Place.CONNECTION: Address(
        page="set_up", anchor="step-connection", label=_("Go to step 1")
    ),
    Place.CREDENTIALS: Address(
        page="set_up", anchor="step-test", label=_("Go to step 6")
    ),
    Place.KEYS: Address(page="set_up", anchor="step-keys", label=_("Go to step 2")),
    Place.ROLES: Address(page="set_up", anchor="step-roles", label=_("Go to step 3")),
    Place.MAPPING: Address(
        page="set_up", anchor="step-mapping", label=_("Go to step 4")
    ),
    Place.ASSIGNING: Address(
        page="set_up", anchor="step-people", label=_("Go to step 5")
    ),
    Place.TEST: Address(page="sign_in", anchor="sign-in", label=_("Go to the test")),
    Place.CERTIFICATE: Address(
        page="sign_in", anchor="certificate", label=_("Go to the certificate")
    ),
    Place.RESUMING: Address(page="resume", label=_("Resume provisioning")),
    Place.ACTIVATION: Address(
        page="sign_in", anchor="activation", label=_("Go to activation")
    ),
    Place.PEOPLE: Address(page="people", label=_("Go to People")),
    Place.WAITING_PEOPLE: Address(
        page="people", query=(("status", "waiting"),), label=_("Go to People")
    ),
    Place.REFUSED_REQUESTS: Address(
        page="events", query=(("kind", "refused"),), label=_("Go to refused requests")
    ),
    Place.SIGN_IN_CODES: Address(page="codes", label=_("If Microsoft shows a code")),
}


@dataclass(frozen=True, kw_only=True)
class ShownItem:
    """An item as a template shows it."""

    code: Code
    message: str | Promise
    remedy: str | Promise
    details: tuple[str, ...]
    links: list[Link]


def link_to(page: EnvironmentPage, way: Way) -> Link:
    """Return where a way leads to from a page."""
    address = ADDRESSES[way.to]
    query = {"reason": way.reason} if way.reason else dict(address.query)
    return Link(
        url=page.url(address.page, query=query, anchor=address.anchor),
        label=way.label or address.label,
    )


def shown(page: EnvironmentPage, items: list[Item]) -> list[ShownItem]:
    """Return items as a page shows them."""
    return [
        ShownItem(
            code=item.code,
            message=item.message,
            remedy=item.remedy,
            details=item.details,
            links=[link_to(page, way) for way in item.ways],
        )
        for item in items
    ]
