"""People, customers, and who belongs to which."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class User(AbstractUser):
    email = models.EmailField("e-mail address", blank=True, db_index=True)

    class Meta(AbstractUser.Meta):
        indexes = (
            # MariaDB has no indexes on expressions; there, the one on the column
            # does, since its collation ignores case.
            models.Index(Lower("email"), name="user_lower_email"),
            # Whom the policy tells what an environment must do about Entra.
            models.Index(fields=("is_staff", "is_active"), name="user_staff"),
        )


class Environment(models.Model):
    """A customer."""

    name = models.CharField(max_length=200)
    members = models.ManyToManyField(User, through="Membership")
    provisioning_paused = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person belongs to a customer."""

    environment = models.ForeignKey(
        Environment,
        on_delete=models.CASCADE,
        db_index=False,  # the constraint's begins with it
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("environment", "user"), name="product_one_membership"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.environment}"
