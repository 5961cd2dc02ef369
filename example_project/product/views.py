"""The one page of the example product."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView


class HomeView(LoginRequiredMixin, TemplateView):
    """What somebody who is signed in sees: who they are here, and what they may do."""

    template_name = "product/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        return super().get_context_data(
            environments=user.environment_set.order_by("name"),
            groups=user.groups.order_by("name"),
            **kwargs,
        )
