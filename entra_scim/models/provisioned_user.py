"""People that Entra manages."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entra_scim.dialect import RoleFunction

from .environment import EnvironmentScopedQuerySet, environment_foreign_key


class ProvisionedUserQuerySet(EnvironmentScopedQuerySet):
    def with_access(self) -> Self:
        """Return those that Entra gives access, and whose account is active."""
        return self.filter(active=True, user__is_active=True)

    def without_access(self) -> Self:
        """Return the others: deactivated by Entra, here, or by both."""
        return self.filter(Q(active=False) | Q(user__is_active=False))

    def unable_to_sign_in(self) -> Self:
        """Return those that Entra gives access, but cannot sign in, by their externalId."""
        return self._by_mappings(
            active__in=(True,), object_ids=Q(has_object_id__in=(False,))
        )

    def waiting(self) -> Self:
        """Return those whose other object ID waits for a decision."""
        return self._by_mappings(
            active__in=(True, False),
            object_ids=Q(has_object_id__in=(True, False)),
            waiting_object_id__gt="",
        )

    def with_roles_received(self) -> Self:
        """Return those whose roles Entra has sent, but for :meth:`waiting` ones."""
        return self._by_mappings(
            active__in=(True, False),
            object_ids=Q(has_object_id__in=(True, False)),
            waiting_object_id="",
            roles_received_at__isnull=False,
        )

    def _by_mappings(self, *, object_ids: Q, **conditions: Any) -> Self:
        """Return those with some conditions, and nobody else read.

        The index of mappings begins with all that is named. As values: SQLite and
        MariaDB use no index for what is a condition by itself.
        """
        return self.filter(
            object_ids | Q(has_object_id=None),
            active_received__in=(True, False),
            role_function__in=("", *RoleFunction),
            **conditions,
        )


class ProvisionedUser(models.Model):
    """The SCIM resource: the link between Entra's person and the product's user."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = environment_foreign_key(db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
        db_index=False,  # the constraint's begins with it
    )
    profile_of = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,  # the same as the user, with whom the row goes
        related_name="provisioned_user",
        null=True,
        db_constraint=False,
        help_text=_(
            "The user, if this link decides about their names and address. No other "
            "link of theirs does then."
        ),
    )
    attributes = models.JSONField(
        _("attributes"),
        help_text=_("What Entra sent: the SCIM document without id and meta."),
    )
    comparable = models.JSONField(
        help_text=_("The strings that filters compare, in the form they compare."),
    )
    search_text = models.CharField(
        max_length=255,
        help_text=_("Names and addresses, in the order of the list of people."),
    )
    user_name_key = models.CharField(max_length=64)
    user_name_order = models.CharField(max_length=384)
    external_id_key = models.CharField(max_length=64, null=True)
    object_id_key = models.CharField(
        max_length=64,
        null=True,
        help_text=_("The key of the object ID, even after Entra removed it."),
    )
    address_key = models.CharField(max_length=64)
    domain_key = models.CharField(max_length=64)
    active = models.BooleanField(_("active"))
    active_received = models.BooleanField(
        default=False, help_text=_("Whether Entra ever sent active.")
    )
    has_object_id = models.BooleanField(
        null=True,
        help_text=_("Whether the externalId is an object ID."),
    )
    waiting_object_id = models.CharField(
        max_length=36,
        default="",
        help_text=_("Another object ID that Entra sent and nobody has accepted."),
    )
    wish = models.JSONField(
        null=True,
        help_text=_("The userName and addresses that a colleague still has."),
    )
    wished_at = models.DateTimeField(null=True)
    overwritten = models.JSONField(
        default=dict,
        help_text=_("What Entra replaced in the account last, as digests."),
    )
    role_function = models.CharField(
        max_length=10,
        default="",
        help_text=_("The function that roles came from last, as far as it shows."),
    )
    roles_received_at = models.DateTimeField(
        _("roles received"),
        null=True,
        help_text=_("Until Entra has sent roles, the person's groups are left alone."),
    )
    suspended_groups = models.JSONField(
        default=list,
        help_text=_(
            "Groups taken at deactivation from somebody for whom Entra never sent "
            "roles, to be given back at reactivation."
        ),
    )
    former_username = models.TextField(
        default="",
        help_text=_("The username before the person was linked, which still works."),
    )
    former_username_key = models.CharField(max_length=64, null=True, db_index=True)
    created = models.DateTimeField(_("created"), default=timezone.now)
    modified = models.DateTimeField(_("last change"), default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    stored: dict[str, Any]
    """What was read under the lock, to write just what differs."""

    objects = ProvisionedUserQuerySet.as_manager()

    class Meta:
        verbose_name = _("provisioned person")
        verbose_name_plural = _("provisioned people")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "environment"), name="entra_scim_linked_once"
            ),
            models.UniqueConstraint(
                fields=("environment", "user_name_key"),
                name="entra_scim_user_name",
            ),
            models.UniqueConstraint(
                fields=("environment", "external_id_key"),
                name="entra_scim_external_id",
            ),
            # Over all environments: an address signs in to one account.
            models.UniqueConstraint(fields=("address_key",), name="entra_scim_address"),
        )
        indexes = (
            # The order of pages (RFC 7644 §3.4.2.4 wants a stable one).
            models.Index(
                fields=("environment", "created", "id"), name="entra_scim_page"
            ),
            models.Index(
                fields=("environment", "user_name_order", "id"),
                name="entra_scim_by_user_name",
            ),
            # Clients that ask for what changed since, by meta.lastModified. Of this index
            # and the next one alone, the list of people reads who has access.
            models.Index(
                fields=("environment", "modified", "id", "active", "user"),
                name="entra_scim_by_change",
            ),
            models.Index(
                fields=("environment", "search_text", "id", "active", "user"),
                name="entra_scim_search",
            ),
            # Who of a product's people has a link, or one that signs in. In the order of
            # accounts, in which databases compare all of them with all links.
            models.Index(
                fields=("user", "environment", "active", "has_object_id"),
                name="entra_scim_linked",
            ),
            # Whose people have addresses of a domain, when somebody signs in.
            models.Index(
                fields=("domain_key", "environment", "active"), name="entra_scim_domain"
            ),
            # The tab counts and finds people by what their requests reveal, from here
            # alone. With the user, since MariaDB makes a list of all who have a link
            # of an environment, to tell who has none: the sooner, the more of it comes
            # in the order of accounts, in which it looks them up.
            models.Index(
                fields=(
                    "environment",
                    "active",
                    "active_received",
                    "role_function",
                    "has_object_id",
                    "waiting_object_id",
                    "roles_received_at",
                    "user",
                    "id",
                ),
                name="entra_scim_mappings",
            ),
        )

    def __str__(self) -> str:
        return self.display_name

    @property
    def has_access(self) -> bool:
        """Whether Entra gives the person access, and their account is active."""
        return self.active and self.user.is_active

    @property
    def display_name(self) -> str:
        """The name to show to an administrator."""
        return display_name(self.attributes)


def display_name(attributes: dict[str, object]) -> str:
    """Return the name of a SCIM document's person: displayName, else userName."""
    return str(attributes.get("displayName") or attributes.get("userName") or "")


class ProvisionedElement(models.Model):
    """A string of a provisioned person that filters find by key, or searches.

    Of a multi-valued attribute, it is one of the values, with what kind it is.
    """

    environment = environment_foreign_key(db_index=False)
    provisioned_user = models.ForeignKey(
        ProvisionedUser, on_delete=models.CASCADE, related_name="elements"
    )
    path = models.CharField(max_length=40)
    key = models.UUIDField(null=True)
    value = models.TextField(null=True)
    type = models.TextField(null=True)
    primary = models.BooleanField(null=True)
    searched = models.CharField(
        max_length=128,
        null=True,
        help_text=_("The beginning of a name or address, as searches compare it."),
    )

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("environment", "key"), name="entra_scim_element"),
            models.Index(
                fields=("environment", "searched", "provisioned_user"),
                name="entra_scim_searched",
            ),
        )

    def __str__(self) -> str:
        return self.path


class RoleAssignment(models.Model):
    """A role value that Entra assigned to a provisioned person, known here or not."""

    environment = environment_foreign_key(db_index=False)
    provisioned_user = models.ForeignKey(
        ProvisionedUser,
        on_delete=models.CASCADE,
        related_name="role_assignments",
        db_index=False,  # the constraint's begins with it
    )
    value = models.TextField(_("value"))
    value_key = models.CharField(max_length=64)

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        constraints = (
            models.UniqueConstraint(
                fields=("provisioned_user", "value_key"),
                name="entra_scim_assigned_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("environment", "value_key"), name="entra_scim_assigned"
            ),
        )

    def __str__(self) -> str:
        return self.value
