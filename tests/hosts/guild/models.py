"""Organizations whose consultants work for several of them, with one account."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin, UserManager
from django.db import models
from django.db.models.functions import Lower


class Organization(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)

    def __str__(self):
        return self.name


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        indexes = (models.Index(Lower("email"), name="guild_lower_email"),)

    def __str__(self):
        return self.email


class Membership(models.Model):
    """One that was offered counts for nothing until the person has accepted it."""

    user = models.ForeignKey(User, models.CASCADE)
    organization = models.ForeignKey(Organization, models.CASCADE)
    is_accepted = models.BooleanField(default=False)
    is_suspended = models.BooleanField(default=False)
    role = models.CharField(max_length=20, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "organization"), name="guild_one_membership"
            ),
        )

    def __str__(self):
        return f"{self.user} in {self.organization}"
