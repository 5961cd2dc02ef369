"""Products whose own code fails."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string

from entra_scim.conf import conf


def programming_error(user):
    raise ZeroDivisionError


class Failing(import_string(conf.POLICY)):
    """Fails half way."""

    def deactivate(self, user, environment):
        user.is_staff = True
        get_user_model().objects.filter(pk=user.pk).update(is_superuser=True)
        self.fail(user)
