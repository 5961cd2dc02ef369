"""People whom Entra manages, in the product's own user admin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim import roles
from entra_scim.models import ProvisionedUser
from entra_scim.policy import NAME_FIELDS
from entra_scim.roles import EnvironmentRoles

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class EntraUserMixin(ModelAdmin):
    """Mark people whom Entra manages, and keep what Entra leads from being changed.

    Put it before ``UserAdmin``. Administration rights, other groups and everything
    else stay editable: they are local.
    """

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("provisioned_user")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_display(request), "managed_by_entra"]

    @admin.display(description=gettext_lazy("Microsoft Entra"), boolean=True)
    def managed_by_entra(self, user: Any) -> bool:
        """Whether Entra manages a person."""
        return hasattr(user, "provisioned_user")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        if obj is None or not self.managed_by_entra(obj):
            return fields
        return [*fields, *(name for name in led_fields() if name not in fields)]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        deleted, counts, permissions, protected = super().get_deleted_objects(
            objs, request
        )
        explanations = _explanations(objs)
        if explanations:
            # Nobody may delete a link; the explanation says what to do instead.
            permissions = permissions - {ProvisionedUser._meta.verbose_name}
        return deleted, counts, permissions, [*protected, *explanations]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        user = kwargs.get("obj")
        if request.method == "GET" and user and self.managed_by_entra(user):
            messages.info(
                request,
                _(
                    "%(person)s is managed by Microsoft Entra. Names, e-mail address, "
                    "activity and the groups of roles are changed there."
                )
                % {"person": user},
            )
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Save, but leave the groups of roles to Entra."""
        person = getattr(form.instance, "provisioned_user", None)
        if person is None or person.roles_received_at is None:
            super().save_related(request, form, formsets, change)
            return
        led = EnvironmentRoles(person.environment).group_ids
        before = roles.held_groups(form.instance, led)
        super().save_related(request, form, formsets, change)
        after = roles.held_groups(form.instance, led)
        if after != before:
            roles.change_groups(
                form.instance, joined=before - after, left=after - before
            )
            messages.warning(
                request,
                _(
                    "The groups of roles stay as they were: Microsoft Entra decides "
                    "about them. Change the person's app roles there."
                ),
            )


def led_fields() -> list[str]:
    """Return the fields of the user model that Entra leads, besides groups."""
    model = get_user_model()
    candidates = {
        model.USERNAME_FIELD: None,
        model.get_email_field_name(): None,
        **dict.fromkeys(NAME_FIELDS.values()),
        "is_active": None,
    }
    names = {field.name for field in model._meta.fields}
    return [name for name in candidates if name in names]


def _explanations(users: Iterable[Any]) -> list[str]:
    return [
        _(
            "%(person)s is managed by Microsoft Entra, which would create them anew in "
            "the next cycle. Unassign them in Entra and release them here first."
        )
        % {"person": user}
        for user in users
        if hasattr(user, "provisioned_user")
    ]
