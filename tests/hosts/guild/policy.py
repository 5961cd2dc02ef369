"""All that this product says to Entra."""

from __future__ import annotations

from django.urls import Resolver404, resolve

from entra_scim.policy import ProvisioningPolicy

from .models import Membership, Organization, User

ROLES = ["Owner", "Editor", "Viewer"]


class Policy(ProvisioningPolicy):
    def shares_people(self):
        return True

    def environments_of(self, user):
        return Organization.objects.filter(
            membership__user=user, membership__is_accepted=True
        )

    def users_of(self, environment):
        return User.objects.filter(
            membership__organization=environment, membership__is_accepted=True
        )

    def create_user(self, environment, username, email):
        user = super().create_user(environment, username, email)
        Membership.objects.create(user=user, organization=environment, is_accepted=True)
        return user

    def is_member(self, user, environment):
        return self.membership(user, environment).filter(is_suspended=False).exists()

    def suspend(self, user, environment):
        self.membership(user, environment).update(is_suspended=True)

    def resume(self, user, environment):
        self.membership(user, environment).update(is_suspended=False)

    def environment_of_request(self, request):
        try:
            captured = resolve(request.path_info).kwargs
        except Resolver404:
            return None
        return Organization.objects.filter(slug=captured.get("organization")).first()

    def assign_roles(self, user, environment, roles, others):
        highest = next((role for role in ROLES if role in roles), "")
        self.membership(user, environment).update(role=highest)

    def address_for(self, address):
        return address.lower()

    def profile_fields(self):
        return {"full_name": "displayName"}

    def membership(self, user, environment):
        return Membership.objects.filter(
            user=user, organization=environment, is_accepted=True
        )
