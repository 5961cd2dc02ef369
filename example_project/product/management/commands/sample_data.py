"""The command that fills the example product."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.core.management.color import no_style
from django.db import connection, transaction

from entra_scim.models import EnvironmentGroup, EnvironmentRole
from example_project.product.models import Environment, Membership, User

ENVIRONMENTS = {1234: "Contoso", 5678: "Fabrikam"}

ROLES = [
    (1234, "Uploader", "Uploader"),
    (1234, "Authorizer", "Authorizer"),
    (1234, "Viewer", "Viewer"),
    (5678, "Viewer", "Fabrikam Viewer"),
]

PEOPLE = {
    "ann@contoso.example": (
        {"username": "ann", "first_name": "Ann", "last_name": "Smith"},
        [1234],
    ),
    "bob@contoso.example": (
        {
            "username": "bob",
            "first_name": "Bob",
            "last_name": "Jones",
            "is_staff": True,
        },
        [1234],
    ),
    "carol@fabrikam.example": (
        {"username": "carol", "first_name": "Carol", "last_name": "White"},
        [5678],
    ),
    "dave@consultants.example": (
        {"username": "dave", "first_name": "Dave", "last_name": "Black"},
        [1234, 5678],
    ),
    "admin@contoso.example": (
        {
            "username": "admin",
            "first_name": "Admin",
            "is_staff": True,
            "is_superuser": True,
        },
        [1234],
    ),
}

PASSWORDS = {"ann@contoso.example": "ann", "admin@contoso.example": "admin"}


class Command(BaseCommand):
    help = "Fill the example product. What is there already stays as it is."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for primary_key, name in ENVIRONMENTS.items():
            Environment.objects.get_or_create(pk=primary_key, defaults={"name": name})
        for environment, value, group_name in ROLES:
            group, _ = Group.objects.get_or_create(name=group_name)
            EnvironmentGroup.objects.get_or_create(
                group=group, defaults={"environment_id": environment}
            )
            EnvironmentRole.objects.get_or_create(
                environment_id=environment, value=value, defaults={"group": group}
            )
        for email, (attributes, environments) in PEOPLE.items():
            self._person(email, attributes, environments)
        _reset_sequences()
        self.stdout.write(
            "The example product has the environments "
            + ", ".join(f"{name} ({key})" for key, name in ENVIRONMENTS.items())
            + f" and {len(PEOPLE)} people. The Admin is admin, with password admin."
        )

    def _person(
        self, email: str, attributes: dict[str, Any], environments: list[int]
    ) -> None:
        # By e-mail address: Entra changes usernames.
        user = User.objects.filter(email__iexact=email).first()
        if user is not None:
            return
        user = User(email=email, **attributes)
        if email in PASSWORDS:
            user.set_password(PASSWORDS[email])
        else:
            user.set_unusable_password()
        user.save()
        for environment in environments:
            Membership.objects.create(environment_id=environment, user=user)
        if email == "ann@contoso.example":
            user.groups.add(Group.objects.get(name="Viewer"))
        if email == "bob@contoso.example":
            user.user_permissions.set(
                Permission.objects.filter(
                    content_type__app_label="product",
                    codename__in=("view_environment", "change_environment"),
                )
            )


def _reset_sequences() -> None:
    """Let PostgreSQL number new environments after those with a number of their own."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Environment]):
            cursor.execute(statement)
