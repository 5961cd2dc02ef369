"""What administrators ask once Entra is connected, and where the answer is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .pages import EnvironmentPage
from .places import Address, Link

_QUESTIONS = (
    Address(
        page="people",
        query=(("status", "inactive"),),
        label=_("Why does somebody have no access?"),
    ),
    Address(
        page="events",
        query=(("kind", "refused"),),
        label=_("Why is somebody refused in each cycle?"),
    ),
    Address(page="local_people", label=_("Who is not from Entra?")),
    Address(
        page="sign_in",
        anchor="activation",
        label=_("Who loses access when you activate Entra sign-in?"),
    ),
    Address(page="set_up", anchor="standing", label=_("Did the last cycle finish?")),
    Address(
        page="set_up", anchor="step-keys", label=_("Which access key does Entra use?")
    ),
    Address(page="events", query=(("kind", "roles"),), label=_("Who changed a role?")),
    Address(
        page="set_up",
        anchor="renamed",
        label=_("What if an app role was renamed?"),
    ),
    Address(
        page="events",
        query=(("kind", "sign_in_failed"),),
        label=_("Which sign-ins have failed?"),
    ),
    Address(page="later", anchor="expiry-title", label=_("What expires next?")),
)
"""In the words in which they are asked, those about people first."""


def links_from(page: EnvironmentPage) -> list[Link]:
    """Return the questions as links from a page of the same environment."""
    return [one.link_from(page) for one in _QUESTIONS]
