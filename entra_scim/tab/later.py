"""What comes after the set-up: what to do when, what expires, and Microsoft's codes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from entra_scim.diagnosis import expiry
from entra_scim.diagnosis.items import Way
from entra_scim.explanations import sign_in_codes
from entra_scim.models import AccessKey

from .pages import EnvironmentPage
from .places import link_to


class LaterPage(EnvironmentPage):
    """What to do when something happens, and what expires when."""

    template_name = "entra_scim/tab/later.html"
    page = "later"
    title = gettext_lazy("Later: what to do when")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        keys = AccessKey.objects.for_environment(self.environment).usable(
            timezone.now()
        )
        return super().get_context_data(
            expiries=[
                (one, link_to(self, Way(to=one.place)))
                for one in expiry.calendar(self.entra_connection, keys)
            ],
            **kwargs,
        )


class CodesPage(EnvironmentPage):
    """Every code of Microsoft's that is known here, and what to do about it."""

    template_name = "entra_scim/tab/codes.html"
    page = "later"
    title = gettext_lazy("If Microsoft shows a code")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            explanations=sign_in_codes.explanations_of_entra(), **kwargs
        )
