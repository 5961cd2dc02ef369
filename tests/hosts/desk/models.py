"""A help desk: everybody has one workspace, a handle, a nickname and a level."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class Workspace(models.Model):
    name = models.CharField(max_length=100)
    domain = models.CharField(max_length=100)
    is_archived = models.BooleanField(default=False)

    def __str__(self):
        return self.name


class User(AbstractBaseUser):
    handle = models.SlugField(unique=True)
    email = models.EmailField(unique=True)
    nickname = models.CharField(max_length=100, blank=True)
    full_name = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=200, blank=True)
    workspace = models.ForeignKey(
        Workspace, models.CASCADE, null=True, blank=True, related_name="users"
    )
    level = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    is_suspended = models.BooleanField(default=False)
    is_operator = models.BooleanField(default=False)

    objects = BaseUserManager()

    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "email"

    class Meta:
        indexes = (models.Index(Lower("email"), name="desk_lower_email"),)

    def __str__(self):
        return self.handle
