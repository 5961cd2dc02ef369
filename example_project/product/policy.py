"""Who belongs where in the example product."""

from __future__ import annotations

from django.db.models import QuerySet

from entra_scim.policy import PreparedQuery, ProvisioningPolicy, insert

from .models import Environment, Membership, User

# Asked on each request of Entra's, and at each sign-in.
_environments_of = PreparedQuery(
    lambda user: Environment.objects.filter(members=user), User
)


class Policy(ProvisioningPolicy):
    def environments_of(self, user: User) -> list[Environment]:
        return _environments_of(user)

    def users_of(self, environment: Environment) -> QuerySet[User]:
        return User.objects.filter(environment=environment)

    def create_user(self, environment: Environment, username: str, email: str) -> User:
        user: User = super().create_user(environment, username, email)
        insert(Membership(environment=environment, user=user))
        return user

    def accepts_provisioning(self, environment: Environment) -> bool:
        return not environment.provisioning_paused
