"""The guide: what to do in Entra, screen by screen, with the proof that it worked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from entra_scim.kit import grants
from entra_scim.kit.environments import cloud_of
from entra_scim.kit.forms import file_name

from . import guide_links
from .key_use import key_use_of
from .kit_forms import KitForm
from .pages import EnvironmentPage
from .shared_guide import guide_context
from .situation import situation_of


class GuidePage(EnvironmentPage):
    """The steps of the set-up as one text, with the environment's own values."""

    template_name = "entra_scim/tab/guide.html"
    page = "guide"
    title = gettext_lazy("Guide to Microsoft Entra")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        situation = situation_of(self.entra_connection, self.breakage)
        self.last_contact = situation.facts.observed.last_contact
        kwargs.setdefault(
            "kit_form",
            KitForm(initial={"notification_address": _email_of(self.request.user)}),
        )
        return super().get_context_data(
            **guide_context(self.request, self.environment, self.entra_connection),
            traffic=situation.facts.observed,
            proof=situation.proof,
            key_use=key_use_of(situation.facts.usable_keys, self.last_contact),
            is_automatic=grants.is_offered(cloud_of(self.entra_connection)),
            kit_file=file_name(str(self.environment.pk), "sh"),
            kit_file_for_powershell=file_name(str(self.environment.pk), "ps1"),
            guide_links=guide_links.links_of(self),
            **kwargs,
        )


def _email_of(visitor: Any) -> str:
    return getattr(visitor, visitor.get_email_field_name(), "") or ""
