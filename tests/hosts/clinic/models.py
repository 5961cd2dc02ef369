"""A clinic has a number, and a profile says of an account which, its name and flags."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class Clinic(models.Model):
    number = models.IntegerField(primary_key=True)
    title = models.CharField(max_length=100)

    def __str__(self):
        return self.title


class User(AbstractBaseUser):
    username = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "username"

    class Meta:
        indexes = (models.Index(Lower("username"), name="clinic_lower_username"),)

    def __str__(self):
        return self.username


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE)
    clinic_number = models.IntegerField(db_index=True)
    display = models.CharField(max_length=200, blank=True)
    may_book = models.BooleanField(default=False)
    may_prescribe = models.BooleanField(default=False)
    is_support = models.BooleanField(default=False)

    def __str__(self):
        return f"{self.user} of {self.clinic_number}"
