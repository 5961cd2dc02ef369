"""All that this product says to Entra."""

from __future__ import annotations

import secrets

from entra_scim.policy import PreparedQuery, ProvisioningPolicy

from .models import User, Workspace

LEVELS = {"agent": 1, "lead": 2}
workspaces_of = PreparedQuery(lambda user: Workspace.objects.filter(users=user), User)


class Policy(ProvisioningPolicy):
    def environments_of(self, user):
        return workspaces_of(user)

    def users_of(self, environment):
        return environment.users.all()

    def create_user(self, environment, username, email):
        user = super().create_user(environment, username, email)
        user.workspace = environment
        user.save(update_fields=["workspace"])
        return user

    def accepts_provisioning(self, environment):
        return not environment.is_archived

    def owns_address(self, environment, email):
        return email.lower().endswith(f"@{environment.domain}")

    def is_exempt(self, user):
        return user.is_operator

    def adopt(self, user, environment):
        user.workspace = environment
        user.save(update_fields=["workspace"])

    def address_for(self, address):
        return address.lower()

    def username_for(self, user, username):
        return user.handle if user else f"user-{secrets.token_hex(4)}"

    def profile_fields(self):
        return {"full_name": "displayName", "job_title": "title"}

    def assignable_roles(self, environment):
        return {"agent": "Agent", "lead": "Team lead"}

    def assign_roles(self, user, environment, roles, others):
        user.level = max((LEVELS[role] for role in roles), default=0)

    def may_reactivate(self, user, environment):
        return not user.is_suspended
