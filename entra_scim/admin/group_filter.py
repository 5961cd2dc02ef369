"""The filter by groups in the list of people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class VisibleGroupsFilter(admin.RelatedFieldListFilter):
    """Filter people by groups, and name none that the visitor may not see."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[Any]:
        hidden = model_admin.hidden_groups(request)
        return [
            choice
            for choice in super().field_choices(field, request, model_admin)
            if choice[0] not in hidden
        ]
