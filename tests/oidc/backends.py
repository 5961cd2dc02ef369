"""Backends of hosts, which look for people in ways of their own."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend


class AnyCaseBackend(ModelBackend):
    """Finds people by username or e-mail address, without case."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        model = get_user_model()
        for field in (model.USERNAME_FIELD, model.get_email_field_name()):
            for user in model.objects.filter(**{f"{field}__iexact": username}):
                if user.check_password(password):
                    return user
        return None
