"""The admin of Django's own users, as the README says."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin

from entra_scim.admin import EntraUserMixin

admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class PeopleAdmin(EntraUserMixin, UserAdmin):
    pass
