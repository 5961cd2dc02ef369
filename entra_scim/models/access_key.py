"""The keys that Entra writes with."""

from __future__ import annotations

import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from .environment import EnvironmentScopedQuerySet, environment_foreign_key

OVERLAP = datetime.timedelta(hours=24)
"""How long a key lives on after its last use, once a newer one has been used."""

_ENTRAS_SILENCE = datetime.timedelta(hours=2)
"""Entra comes every 40 minutes: a key that it still used would not rest for as long."""


class AccessKeyQuerySet(EnvironmentScopedQuerySet):
    def usable(self, now: datetime.datetime) -> Self:
        """Return the keys that open their environment at a time."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            Q(replaced_at__isnull=True)
            | Q(replaced_at__gt=now - OVERLAP)
            | Q(last_used_at__gt=now - OVERLAP),
            revoked_at__isnull=True,
        )

    def used_though_replaced(self, now: datetime.datetime) -> Self:
        """Return the usable keys that Entra goes on with, though newer ones exist.

        Such as after a connection test with a new key that nobody saved. The key
        that was used last is the one that Entra has.
        """
        used_later = type(self)(self.model).filter(
            environment=OuterRef("environment"),
            last_used_at__gt=OuterRef("last_used_at"),
        )
        return self.usable(now).filter(
            ~Exists(used_later), last_used_at__gt=F("replaced_at")
        )

    def used_beside_a_newer(self, now: datetime.datetime) -> Self:
        """Return the replaced keys that live on though Entra goes on with newer ones.

        Somebody uses them who is not Entra, which has one key.
        """
        silent = OuterRef("last_used_at") + _ENTRAS_SILENCE
        used_since = type(self)(self.model).filter(
            environment=OuterRef("environment"),
            last_used_at__gt=models.ExpressionWrapper(silent, models.DateTimeField()),
        )
        return self.usable(now).filter(
            Exists(used_since), replaced_at__lte=now - OVERLAP
        )


class AccessKey(models.Model):
    """A bearer key of an environment's SCIM endpoint. Only its digest is kept."""

    environment = environment_foreign_key()
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    hint = models.CharField(
        _("starts with"),
        max_length=20,
        editable=False,
        help_text=_("The first characters, to recognise the key by."),
    )
    created_at = models.DateTimeField(_("created at"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    first_used_at = models.DateTimeField(_("first used"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    expires_at = models.DateTimeField(
        _("valid until"),
        null=True,
        blank=True,
        help_text=_(
            "Empty: until you revoke it. Entra stops provisioning when its key expires."
        ),
    )
    replaced_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("When a newer key was used first."),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = AccessKeyQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("SCIM access key")
        verbose_name_plural = _("SCIM access keys")

    def __str__(self) -> str:
        return f"{self.hint}…"

    def __repr__(self) -> str:
        return f"<AccessKey {self.hint}…>"

    def is_usable(self, now: datetime.datetime) -> bool:
        """Tell whether the key opens its environment at a time."""
        return self.revoked_at is None and (self.ends_at is None or self.ends_at > now)

    @property
    def ends_at(self) -> datetime.datetime | None:
        """When the key expires unless it is used again; None if it does not.

        A replaced key expires by its last use, not by the first use of the newer
        one: that may have been a connection test with a key that was never saved.
        """
        ends = [] if self.expires_at is None else [self.expires_at]
        if self.replaced_at is not None:
            ends.append(max(self.replaced_at, self.last_used_at or self.replaced_at))
            ends[-1] += OVERLAP
        return min(ends, default=None)
