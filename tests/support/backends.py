"""Backends of hosts, which look for people in ways of their own."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.core.exceptions import PermissionDenied


class AnyCaseBackend(ModelBackend):
    """Finds people by username or e-mail address, without case."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        model = get_user_model()
        for field in (model.USERNAME_FIELD, model.get_email_field_name()):
            for user in model.objects.filter(**{f"{field}__iexact": username}):
                if user.check_password(password):
                    return user
        return None


class LinkBackend(BaseBackend):
    """Knows people by a link in a mail, which works once."""

    links: dict[str, object] = {}

    def authenticate(self, request, link):
        return self.links.pop(link, None)


class Answerless:
    """Takes no credentials and knows no user: all that a backend may leave out."""

    def authenticate(self, request):
        """Find nobody."""


class LockingBackend(BaseBackend):
    """Counts those who fail, and refuses names, as django-axes does."""

    locked: set[str] = set()

    def authenticate(self, request, username=None, **credentials):
        if username in self.locked:
            raise PermissionDenied
