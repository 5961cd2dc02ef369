"""The admin of the example product, with the mixins of entra_scim."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from entra_scim.admin import EntraEnvironmentMixin, EntraUserMixin

from .models import Environment, Membership, User


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Environment)
class EnvironmentAdmin(EntraEnvironmentMixin, admin.ModelAdmin):
    list_display = ("name", "provisioning_paused")
    inlines = (MembershipInline,)

    def get_queryset(self, request):
        """An administrator of one environment sees nothing of another's."""
        environments = super().get_queryset(request)
        if request.user.is_superuser:
            return environments
        return environments.filter(members=request.user)


@admin.register(User)
class ProductUserAdmin(EntraUserMixin, UserAdmin):
    def get_queryset(self, request):
        """Nor of another's people."""
        people = super().get_queryset(request)
        if request.user.is_superuser:
            return people
        return people.filter(environment__members=request.user).distinct()
