"""A help desk: everybody has one workspace, a handle, a nickname and a level.

People and workspaces have what they are in tables of their own, and the rest in others.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class Place(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self):
        return self.name


class Workspace(Place):
    domain = models.CharField(max_length=100)
    is_archived = models.BooleanField(default=False)


class Account(AbstractBaseUser):
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        indexes = (models.Index(Lower("email"), name="desk_lower_email"),)

    def __str__(self):
        return self.email


class User(Account):
    handle = models.SlugField(unique=True)
    groups = models.CharField(max_length=200, blank=True)
    nickname = models.CharField(max_length=100, blank=True)
    full_name = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=200, blank=True)
    workspace = models.ForeignKey(
        Workspace, models.CASCADE, null=True, blank=True, related_name="users"
    )
    level = models.PositiveSmallIntegerField(default=0)
    is_suspended = models.BooleanField(default=False)
    is_operator = models.BooleanField(default=False)

    objects = BaseUserManager()

    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "email"

    def __str__(self):
        return self.handle
