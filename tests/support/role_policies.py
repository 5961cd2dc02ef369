"""Products that keep roles in permissions, or in columns of the account."""

from __future__ import annotations

from django.contrib.auth.models import Permission

from entra_scim.policy import ProvisioningPolicy


class PermissionPolicy(ProvisioningPolicy):
    def assignable_roles(self, environment):
        return {"view_group": "May see groups", "change_group": "May change groups"}

    def assign_roles(self, user, environment, roles, others):
        permissions = Permission.objects.filter(content_type__app_label="auth")
        user.user_permissions.add(*permissions.filter(codename__in=roles))
        user.user_permissions.remove(*permissions.filter(codename__in=others))


class FlagPolicy(ProvisioningPolicy):
    def assignable_roles(self, environment):
        return {"staff": "May use the admin"}

    def assign_roles(self, user, environment, roles, others):
        user.is_staff = "staff" in roles
