"""Roles, what they grant, and changes that are under way."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.deletion import Collector
from django.dispatch import Signal
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entra_scim.database import transactions
from entra_scim.dialect import app_role_problem
from entra_scim.text.comparison_keys import role_key

from .environment import EnvironmentScopedQuerySet, environment_foreign_key
from .event import ProvisioningEvent

role_saved = Signal()
"""A role was saved by its own ``save()``: ``role``, and ``former``, as it was before.

Sent in the transaction, while the environment is locked. Fixtures send none.
"""


def validate_role_value(value: str) -> None:
    """Refuse a role name that Entra could never send as one value.

    An app role's Value has no spaces, and a comma separates several roles in one
    Value.

    Raises:
        ValidationError: The name is empty, or has white space or a comma.
    """
    if not value or "," in value or any(character.isspace() for character in value):
        raise ValidationError(
            _(
                "A role name has no spaces and no commas: it must be exactly the "
                "Value of the app role in Entra, and a comma separates roles there."
            ),
            code="invalid_role_value",
        )


class EnvironmentGroup(models.Model):
    """A group that belongs to one environment, which alone may have roles grant it.

    Groups that the tab makes get one. A product that makes its customers' groups
    itself says so with ``EnvironmentGroup.objects.create(environment=…, group=…)``.
    """

    environment = environment_foreign_key()
    group = models.OneToOneField(
        Group,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("group"),
    )
    made_for = models.CharField(
        max_length=64,
        default="",
        editable=False,
        help_text=_("The key of the role that the group was created for."),
    )

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of an environment")
        verbose_name_plural = _("groups of environments")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.group)


class EnvironmentRole(models.Model):
    """A role of an environment, and the Django group or the product's role it grants.

    Saving or deleting one re-grants everybody concerned; ``QuerySet.update`` and
    ``bulk_create`` do not.
    """

    environment = environment_foreign_key()
    value = models.CharField(
        _("name"),
        max_length=255,
        help_text=_("Exactly the Value of the app role in Entra. Case matters."),
    )
    value_key = models.CharField(max_length=64, editable=False)
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("group"),
        help_text=_("The group that people with this role are put in."),
    )
    target = models.CharField(
        _("role of the product"),
        max_length=255,
        default="",
        blank=True,
        help_text=_("What people with this role are in the product."),
    )

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        ordering = ("value",)
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = (
            models.UniqueConstraint(
                fields=("environment", "value_key"), name="entra_scim_role_value"
            ),
        )

    def __str__(self) -> str:
        return self.value

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a role, and let those have its group who should.

        In one transaction: all get their groups, or the role is not saved.
        """
        validate_role_value(self.value)

        def work() -> None:
            transactions.lock_environment(self.environment)
            former = EnvironmentRole.objects.filter(pk=self.pk).first()
            self.write_row(*args, **kwargs)
            role_saved.send(EnvironmentRole, role=self, former=former)

        transactions.repeated(work)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        return transactions.repeated(
            lambda: super(EnvironmentRole, self).delete(*args, **kwargs)
        )

    def write_row(self, *args: Any, **kwargs: Any) -> None:
        """Save the row, and nothing else: what follows from it is the caller's."""
        validate_role_value(self.value)
        self.value_key = role_key(self.value)
        fields = kwargs.get("update_fields")
        if fields is not None and "value" in fields:  # as update_or_create says
            kwargs["update_fields"] = {*fields, "value_key"}
        super().save(*args, **kwargs)

    def delete_row(self) -> None:
        """Delete the row, and nothing else, likewise."""
        # As if the environment was deleted, which leaves no roles to look after.
        collector = Collector(using=transactions.database(), origin=self.environment)
        collector.collect([self])
        collector.delete()

    @property
    def product_role(self) -> str:
        """What the role is called in the product, whether or not it is there."""
        return self.target or self.value

    @property
    def app_role_problem(self) -> Promise | None:
        """Why Entra can have no app role for this role; None if it can."""
        return app_role_problem(self.value)


class PendingRegrant(models.Model):
    """What not everybody has been given, or lost, whose roles say so.

    A group, a role of the product's own, or both. One row for each, which the
    environment's lock sees to.

    What a change of roles leaves to batches, see :mod:`entra_scim.roles.regrants`.
    """

    environment = environment_foreign_key()
    group = models.ForeignKey(
        Group,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("group"),
    )
    product_role = models.CharField(
        _("role of the product"), max_length=255, default=""
    )
    former_keys = models.JSONField(
        default=list, help_text=_("The keys of roles that granted it before.")
    )
    event = models.ForeignKey(
        ProvisioningEvent, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    after_created = models.DateTimeField(
        null=True, help_text=_("Where the next batch begins, as after_id.")
    )
    after_id = models.UUIDField(null=True)

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("pending change of roles")
        verbose_name_plural = _("pending changes of roles")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.group or self.product_role}: {self.done}/{self.total}"
