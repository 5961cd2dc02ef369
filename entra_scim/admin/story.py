"""What Entra did, for those who may see all environments: to read, not to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser
from entra_scim.people import provisioning
from entra_scim.story import events
from entra_scim.story.sentences import sentence_of

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's class takes no parameters when it runs.
    ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Superclass of lists that the app alone writes."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ProvisioningEvent)
class ProvisioningEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "environment", "sentence")
    list_filter = ("kind", "at")
    list_select_related = ("environment",)
    search_fields = ("name", "correlation_id")
    fields = (
        "environment",
        "sentence",
        "at",
        "first_at",
        "count",
        "user",
        "key_hint",
        "actor",
        "correlation_id",
    )

    @admin.display(description=gettext_lazy("event"))
    def sentence(self, event: ProvisioningEvent) -> str:
        """Return what happened."""
        return sentence_of(event)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ProvisionedUser)
class ProvisionedUserAdmin(ReadOnlyAdmin):
    list_display = ("display_name", "user", "environment", "active", "modified")
    list_filter = ("active",)
    list_select_related = ("environment", "user")
    search_fields = (f"user__{get_user_model().get_email_field_name()}",)
    fields = (
        "environment",
        "user",
        "active",
        "roles_received_at",
        "created",
        "modified",
    )
    actions = ("release",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("entra_scim.delete_provisioneduser")

    @admin.action(
        permissions=["release"],
        description=gettext_lazy("Unlink: they become inactive, and their link ends"),
    )
    def release(
        self, request: HttpRequest, queryset: QuerySet[ProvisionedUser]
    ) -> None:
        self.log_deletions(request, queryset)
        with events.acting(request.user):
            for person in queryset.select_related("environment"):
                provisioning.release(person.environment, person.pk)
        self.message_user(
            request,
            _("Unlinked. Only the same person in Entra gets the account back."),
            messages.SUCCESS,
        )


@admin.register(ReleasedUser)
class ReleasedUserAdmin(ReadOnlyAdmin):
    """Deleting a mark lets the next person with that address be linked."""

    list_display = ("user", "environment", "released_at")
    list_select_related = ("environment", "user")
    search_fields = (f"user__{get_user_model().get_email_field_name()}",)
