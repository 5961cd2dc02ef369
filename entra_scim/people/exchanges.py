"""People who exchange userNames and addresses, each of which the next one still has.

Entra changes one person at a time. The first one's new address is still the second
one's, whose own is the first one's: in that order nobody could ever be changed. So a
refused name is remembered, and the request that closes the circle changes them all.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db.models import Q
from django.utils import timezone

from entra_scim.accounts import profile
from entra_scim.database import transactions
from entra_scim.dialect import Received
from entra_scim.document.documents import Document
from entra_scim.exceptions import ProvisioningError
from entra_scim.models import ProvisionedUser
from entra_scim.text import comparison_keys

from .edits import Edit

_LONGEST = 10
_FRESH = datetime.timedelta(days=2)
"""Entra tries again in each cycle, and less often what keeps failing: once a day."""

_NOTED_FOR = datetime.timedelta(hours=1)
"""How long a wish is not written again."""


def holder_of(refusal: Exception) -> uuid.UUID | None:
    """Return the colleague who has what was refused, where it is somebody's."""
    if not isinstance(refusal, ProvisioningError):
        return None
    holder: uuid.UUID | None = refusal.context.get("holder_id")  # type: ignore[assignment]
    return holder


def note_wish(person: ProvisionedUser, attributes: Document) -> None:
    """Remember the names in a refused document of a person."""
    wish = {name: attributes.get(name) for name in ("userName", "emails")}
    recent = timezone.now() - _NOTED_FOR
    if person.wish != wish or person.wished_at is None or person.wished_at < recent:
        ProvisionedUser.objects.filter(pk=person.pk).update(
            wish=wish, wished_at=timezone.now()
        )


def circle(person: ProvisionedUser, holder_id: uuid.UUID) -> list[ProvisionedUser]:
    """Return, locked, who has to change with a person for all to get what they wish.

    The first one has what the person wishes, each next one what the one before
    wishes, and the person what the last one wishes. Empty, where that is not so. In
    the caller's transaction.
    """
    people = ProvisionedUser.objects.for_environment(person.environment)
    found: list[ProvisionedUser] = []
    holder = people.filter(pk=holder_id).first()
    while holder is not None and holder.pk != person.pk:
        if holder in found or len(found) == _LONGEST or not _wishes(holder):
            return []
        found.append(holder)
        wished = _wished_document(holder, holder.attributes)
        having = Q(user_name_key=comparison_keys.user_name_key(wished["userName"])) | Q(
            address_key=profile.address_key(wished)
        )
        holder = people.filter(having).exclude(pk=holder.pk).first()
    if holder is None:
        return []
    # One order for all, so that two circles wait for each other and do not deadlock.
    rows = people.filter(pk__in=[person.pk, *(other.pk for other in found)])
    locked = {
        other.pk: other
        for other in transactions.for_update(
            rows.select_related("user").order_by("pk"), "self", "user"
        )
    }
    seen = [(other.version, other.wish) for other in found]
    ordered = [locked[other.pk] for other in found if other.pk in locked]
    if [(other.version, other.wish) for other in ordered] != seen:
        return []
    return ordered


def park(person: ProvisionedUser) -> None:
    """Free what a locked person has, until they get what they wish.

    A username that is the product's own is in nobody's way, nor is an address that the
    link does not decide about.
    """
    nobody_s = comparison_keys.digest(f"parked {person.pk}")
    people = ProvisionedUser.objects.filter(pk=person.pk)
    if person.profile_of_id is None:
        people.update(user_name_key=nobody_s)
        return
    user: Any = person.user
    before = profile.snapshot(user)
    fields = {user.get_email_field_name()}
    if comparison_keys.same_address(
        user.get_username(), profile.username(person.attributes)
    ):
        fields.add(user.USERNAME_FIELD)
    profile.free_address(user, fields=fields)
    profile.save_changes(user, before)
    people.update(user_name_key=nobody_s, address_key=nobody_s)


def fulfilment(person: ProvisionedUser) -> Edit:
    """Return the edit that gives a person what they wish."""
    return Edit(
        received=Received(),
        whole=lambda old: _wished_document(person, old),
        where_possible=lambda old: (old, []),
    )


def _wishes(person: ProvisionedUser) -> bool:
    return (
        person.wish is not None
        and person.wished_at is not None
        and person.wished_at > timezone.now() - _FRESH
    )


def _wished_document(person: ProvisionedUser, old: Document) -> Document:
    named = {**old, **(person.wish or {})}
    return {name: value for name, value in named.items() if value is not None}
