"""People whom Entra manages, in the product's own user admin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim import roles
from entra_scim.conf import conf
from entra_scim.models import ProvisionedUser, ReleasedUser
from entra_scim.policy import NAME_FIELDS
from entra_scim.roles import EnvironmentRoles

from .environment import EntraEnvironmentMixin

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
        people = super().get_queryset(request)
        return people.select_related("provisioned_user__environment")

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
        # Nobody may delete a link; the explanation says what to do instead. And the
        # mark of somebody who was released goes with the account that it protects.
        permissions = permissions - {
            ProvisionedUser._meta.verbose_name,
            ReleasedUser._meta.verbose_name,
        }
        return deleted, counts, permissions, [*protected, *self._explanations(objs)]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        user = kwargs.get("obj")
        if user and self.managed_by_entra(user):
            text = _(
                "Microsoft Entra manages %(person)s: names, e-mail address, activity "
                "and the groups of roles are changed there."
            )
            messages.info(request, self._with_link(text, user))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        """Save, but nothing that Entra leads: a list may have columns to edit."""
        if change and self.managed_by_entra(obj):
            led = [name for name in led_fields() if name in form.changed_data]
            for name in led:
                setattr(obj, name, form.initial[name])
            if led:
                messages.warning(
                    request,
                    _(
                        "Microsoft Entra manages %(person)s: change that there, not here."
                    )
                    % {"person": obj},
                )
        super().save_model(request, obj, form, change)

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

    def _explanations(self, users: Iterable[Any]) -> list[str]:
        text = _(
            "%(person)s is managed by Microsoft Entra, which would create them anew in "
            "the next cycle. Unassign them in Entra and unlink them here first."
        )
        return [
            self._with_link(text, user) for user in users if self.managed_by_entra(user)
        ]

    def _with_link(self, text: str, user: Any) -> str:
        """Return a text about somebody, with a link to their page in the tab."""
        text %= {"person": user}
        person = user.provisioned_user
        environments = self.admin_site._registry.get(
            apps.get_model(conf.ENVIRONMENT_MODEL)
        )
        if not isinstance(environments, EntraEnvironmentMixin):
            return text
        return format_html(
            '{} <a href="{}people/{}/">{}</a>',
            text,
            environments.tab_url(person.environment),
            person.pk,
            _("See this person in the tab"),
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
