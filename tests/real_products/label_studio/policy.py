"""Organizations are the customers. Its log-in wants keys in the session."""

from __future__ import annotations

from django.contrib.auth import login
from organizations.models import Organization, OrganizationMember
from users.models import User

from entra_scim.policy import ProvisioningPolicy


class Policy(ProvisioningPolicy):
    def environments_of(self, user):
        return Organization.objects.filter(
            organizationmember__user=user, organizationmember__deleted_at=None
        )

    def users_of(self, environment):
        return User.objects.filter(om_through__organization=environment)

    def create_user(self, environment, username, email):
        user = User(email=email, username=email, allow_newsletters=False)
        user.active_organization = environment
        user.set_unusable_password()
        user.save()
        OrganizationMember.objects.create(user=user, organization=environment)
        return user

    def address_for(self, address):
        return address.lower()

    def sign_in(self, request, user, next_url):
        login(request, user)
        request.session["keep_me_logged_in"] = False
        user.active_organization = Organization.find_by_user(user)
        user.save(update_fields=["active_organization"])
