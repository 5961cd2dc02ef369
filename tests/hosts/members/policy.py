"""All that this product says to Entra."""

from __future__ import annotations

from entra_scim.policy import ProvisioningPolicy

from .models import Membership, Organization, User

ROLES = ["Owner", "Editor", "Viewer"]


class Policy(ProvisioningPolicy):
    def environments_of(self, user):
        return Organization.objects.filter(membership__user=user)

    def users_of(self, environment):
        return User.objects.filter(membership__organization=environment)

    def create_user(self, environment, username, email):
        user = super().create_user(environment, username, email)
        Membership.objects.create(user=user, organization=environment)
        return user

    def is_exempt(self, user):
        return user.is_staff or user.is_superuser

    def adopt(self, user, environment):
        Membership.objects.create(user=user, organization=environment)

    def owns_address(self, environment, email):
        return email.lower().endswith("@contoso.example")

    def address_for(self, address):
        return address.lower()

    def profile_fields(self):
        return {"full_name": "displayName"}

    def assign_roles(self, user, environment, roles, others):
        highest = next((role for role in ROLES if role in roles), "")
        Membership.objects.filter(user=user, organization=environment).update(
            role=highest
        )
