"""Groups that are none of Django's, and people who stay when they are deleted."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class Group(models.Model):
    name = models.CharField(max_length=100, unique=True)
    is_of_staff = models.BooleanField(default=False)

    def __str__(self):
        return self.name


class UserManager(BaseUserManager):
    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class User(AbstractBaseUser):
    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=200, blank=True)
    object_id = models.CharField(max_length=36, blank=True)
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    groups = models.ManyToManyField(Group)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = UserManager()
    everybody = models.Manager()

    USERNAME_FIELD = "email"

    class Meta:
        default_manager_name = "objects"
        indexes = (models.Index(Lower("email"), name="teams_lower_email"),)

    def __str__(self):
        return self.email

    def delete(self, *args, **kwargs):
        """Hide somebody, and keep what is theirs."""
        self.deleted_at = timezone.now()
        self.is_active = False
        self.save(update_fields=["deleted_at", "is_active"])
