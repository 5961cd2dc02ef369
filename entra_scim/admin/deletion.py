"""Deleting an environment in the admin, however many people it has."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import NestedObjects, quote, unquote
from django.db import router
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from entra_scim.environments import emptying
from entra_scim.exceptions import Busy
from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser

from .patience import busy, patiently

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

LISTED = 100
"""How many of the product's objects are listed, which may take a statement each."""

_FOUND = "_entra_scim_deleted_objects"
"""Where a request keeps what is deleted with its environment."""

_COUNTED = (ProvisionedUser, ReleasedUser, ProvisioningEvent)


class NestedProductObjects(NestedObjects, emptying.ProductObjects):
    """What the confirmation lists one by one."""


def _without_empty(nested: list[Any]) -> list[Any]:
    kept = (_without_empty(one) if isinstance(one, list) else one for one in nested)
    return [one for one in kept if one]


class EmptyingMixin(ModelAdmin):
    """Delete what the app keeps in batches, and list it on the confirmation by number."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what Django's admin asks for, as it does itself.

        Nobody needs a permission for what this app keeps: it goes with the environment.
        """
        if hasattr(request, _FOUND):
            return getattr(request, _FOUND)
        collector: Any = NestedProductObjects(
            using=router.db_for_write(self.model), origin=objs
        )
        collector.collect(objs)
        lacking: set[Any] = set()
        numbers = itertools.count(1)

        def check(obj: Any) -> None:
            registered = self.admin_site._registry.get(type(obj))
            if registered and not registered.has_delete_permission(request, obj):
                lacking.add(obj._meta.verbose_name)

        def described(obj: Any) -> str:
            check(obj)
            options = obj._meta
            name = capfirst(options.verbose_name)
            if type(obj) not in self.admin_site._registry:
                return f"{name}: {obj}"
            try:
                url = reverse(
                    f"{self.admin_site.name}:"
                    f"{options.app_label}_{options.model_name}_change",
                    args=[quote(obj.pk)],
                )
            except NoReverseMatch:
                return f"{name}: {obj}"
            return format_html('{}: <a href="{}">{}</a>', name, url, obj)

        def described_if_first(obj: Any) -> str:
            if isinstance(obj, self.model) or next(numbers) <= LISTED:
                return described(obj)
            check(obj)
            return ""

        listed = _without_empty(collector.nested(described_if_first))
        counts = {
            model._meta.verbose_name_plural: len(rows)
            for model, rows in collector.model_objs.items()
        }
        for model in _COUNTED:
            rows = model._default_manager.filter(environment__in=objs)
            counts[model._meta.verbose_name_plural] = rows.count()
        protected = [described(obj) for obj in collector.protected]
        return listed, counts, lacking, protected

    def delete_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Empty an environment before Django deletes it, all of that at once."""
        # Without a body, Django asks once more; with a field to look by, it may look
        # for another environment.
        if request.POST and not {TO_FIELD_VAR} & {*request.POST, *request.GET}:
            environment = self.get_object(request, unquote(object_id))
            if environment is not None and self.may_delete(request, environment):
                try:
                    emptying.empty(environment)
                except Busy as error:
                    return busy(request, error)
                # Django asks in the transaction, which may hold up all who write.
                setattr(
                    request, _FOUND, self.get_deleted_objects([environment], request)
                )
        delete = partial(super().delete_view, request, object_id, *args, **kwargs)
        return patiently(request, delete)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        emptying.lock(obj)
        super().delete_model(request, obj)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changelist_view(request, *args, **kwargs)
        except Busy as error:
            return busy(request, error)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for environment in queryset:
            emptying.delete(environment)

    def may_delete(self, request: HttpRequest, environment: Any) -> bool:
        """Tell whether Django is going to delete an environment."""
        _listed, _counts, lacking, protected = self.get_deleted_objects(
            [environment], request
        )
        return (
            self.has_delete_permission(request, environment)
            and not lacking
            and not protected
        )
