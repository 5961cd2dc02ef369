"""The story of an environment, line by line."""

from __future__ import annotations

import datetime
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from .environment import EnvironmentScopedQuerySet, environment_foreign_key
from .provisioned_user import ProvisionedUser

ERASED = "-"
"""In place of the name of somebody who was erased."""

REFUSED_FILTER = "invalidFilter"
"""The reason of refused filters, which is SCIM's name for it (RFC 7644 §3.12)."""


class ProvisioningEventQuerySet(EnvironmentScopedQuerySet):
    def open_refusals(self, since: datetime.datetime) -> Self:
        """Return refused requests about people that nothing has changed since then.

        A refusal is overcome once its person was changed, linked or created later,
        or is gone. It tells that of the links alone, so no request of Entra's has
        to write it down. Ordered as the story is.
        """
        links = ProvisionedUser.objects.filter(environment=OuterRef("environment"))
        changed = links.filter(modified__gt=OuterRef("at"))
        # Somebody who had the userName before may be the one who stood in the way.
        created = links.filter(created__gt=OuterRef("at"))
        unchanged = links.filter(modified__lte=OuterRef("at"))
        return self.filter(
            ~Exists(changed.filter(external_id_key=OuterRef("external_id_key"))),
            ~Exists(created.filter(user_name_key=OuterRef("user_name_key"))),
            Q(user=None) | Exists(unchanged.filter(user=OuterRef("user"))),
            # Entra looks for somebody by each matching attribute before it sends them.
            ~Q(reason=REFUSED_FILTER) | ~Exists(created),
            kind=ProvisioningEvent.Kind.REFUSED,
            at__gt=since,
        )


class ProvisioningEvent(models.Model):
    """One line of the story of what Entra did, and of what was refused.

    Append-only, but for repeated refusals: Entra sends a refused request again
    in every cycle, so those are counted on one row.
    """

    class Kind(models.TextChoices):
        CREATED = "created", gettext_lazy("account created")
        LINKED = "linked", gettext_lazy("linked to the existing account")
        UPDATED = "updated", gettext_lazy("changed")
        DEACTIVATED = "deactivated", gettext_lazy("deactivated")
        DEACTIVATED_AGAIN = (
            "deactivated_again",
            gettext_lazy("deactivated again, because the product had undone it"),
        )
        RESTORED = (
            "restored",
            gettext_lazy(
                "brought back to what Entra said, because the product had undone it"
            ),
        )
        REACTIVATED = "reactivated", gettext_lazy("reactivated")
        RELEASED = "released", gettext_lazy("deleted in Entra, now inactive here")
        SET_ASIDE = "set_aside", gettext_lazy("unlinked and set aside, address free")
        OBJECT_ID_ACCEPTED = (
            "object_id_accepted",
            gettext_lazy("accepted with another object ID"),
        )
        FORGOTTEN = "forgotten", gettext_lazy("may be linked again")
        ROLE_CREATED = "role_created", gettext_lazy("role created")
        ROLE_CHANGED = "role_changed", gettext_lazy("role changed")
        ROLE_DELETED = "role_deleted", gettext_lazy("role deleted")
        KEY_CREATED = "key_created", gettext_lazy("access key created")
        KEY_FIRST_USED = "key_first_used", gettext_lazy("access key used first")
        KEY_REVOKED = "key_revoked", gettext_lazy("access key revoked")
        GUIDE_LINK_CREATED = (
            "guide_link_created",
            gettext_lazy("link to the guide created"),
        )
        GUIDE_LINK_REVOKED = (
            "guide_link_revoked",
            gettext_lazy("link to the guide revoked"),
        )
        SIGN_IN_TESTED = "sign_in_tested", gettext_lazy("sign-in tested")
        SIGN_IN_FAILED = "sign_in_failed", gettext_lazy("sign-in failed")
        TEST_FAILED = (
            "test_failed",
            gettext_lazy("test of a changed connection failed"),
        )
        WRONG_PASSWORD = (
            "wrong_password",
            gettext_lazy("entered a wrong password in the tab"),
        )
        CREDENTIALS = "credentials", gettext_lazy("connection changed")
        TRIAL = "trial", gettext_lazy("activated on trial")
        CONFIRMED = "confirmed", gettext_lazy("activation confirmed")
        TRIAL_EXPIRED = (
            "trial_expired",
            gettext_lazy("trial expired unconfirmed: passwords work again"),
        )
        ENDED = "ended", gettext_lazy("turned off: passwords work again")
        PAUSED = "paused", gettext_lazy("provisioning paused")
        RESUMED = "resumed", gettext_lazy("provisioning resumed")
        REFUSED = "refused", gettext_lazy("refused")
        FAILED = "failed", gettext_lazy("failed")

    environment = environment_foreign_key(db_index=False)
    at = models.DateTimeField(gettext_lazy("at"), default=timezone.now)
    first_at = models.DateTimeField(gettext_lazy("first at"), default=timezone.now)
    count = models.PositiveIntegerField(gettext_lazy("times"), default=1)
    kind = models.CharField(gettext_lazy("what"), max_length=20, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=gettext_lazy("person"),
    )
    name = models.TextField(
        gettext_lazy("name"),
        help_text=gettext_lazy("The name as it was then."),
    )
    changes = models.JSONField(
        gettext_lazy("changes"),
        default=dict,
        help_text=gettext_lazy("Names of what changed, never the values."),
    )
    reason = models.CharField(gettext_lazy("reason"), max_length=40)
    detail = models.TextField(gettext_lazy("explanation"))
    key_hint = models.CharField(gettext_lazy("access key"), max_length=20)
    actor = models.TextField(
        gettext_lazy("by"),
        default="",
        help_text=gettext_lazy("The username of the person who did it in the tab."),
    )
    correlation_id = models.UUIDField(gettext_lazy("reference"), default=uuid.uuid4)
    fingerprint = models.CharField(max_length=64, null=True)
    external_id_key = models.CharField(max_length=64, null=True)
    user_name_key = models.CharField(max_length=64, null=True)

    objects = ProvisioningEventQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = gettext_lazy("event")
        verbose_name_plural = gettext_lazy("events")
        constraints = (
            models.UniqueConstraint(
                fields=("environment", "fingerprint"), name="entra_scim_refused_once"
            ),
        )
        indexes = (
            models.Index(fields=("environment", "at"), name="entra_scim_event_story"),
            # Refusals of the last day, among many other events.
            models.Index(
                fields=("environment", "kind", "at"), name="entra_scim_event_kind"
            ),
            # For the command that prunes events by age.
            models.Index(fields=("at",), name="entra_scim_event_age"),
        )

    def __str__(self) -> str:
        kind = str(self.get_kind_display())
        return kind if self.name in {"", ERASED} else f"{self.name}: {kind}"
