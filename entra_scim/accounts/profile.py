"""What the product's user gets from a SCIM document."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import FieldDoesNotExist

from entra_scim.database import prepared_saves
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.transactions import database
from entra_scim.document.arriving import arriving, value_of
from entra_scim.exceptions import AttributeTooLong, Decorated
from entra_scim.policy import ProvisioningPolicy, get_policy
from entra_scim.text import characters, comparison_keys

from . import own_writes

_TOMBSTONE = re.compile(r"[0-9a-f]{32}(?=.)", re.IGNORECASE)


def address(attributes: Mapping[str, Any]) -> str:
    """Return the e-mail address of a document's person, or an empty string.

    The work address decides, of several the primary one; an element without a type
    can be meant as one. Without any, the userName counts if it is an address.
    """
    emails = sorted(
        attributes.get("emails", ()), key=lambda email: not email.get("primary")
    )
    candidates = [
        *(email for email in emails if str(email.get("type", "")).lower() == "work"),
        *(email for email in emails if not email.get("type")),
        {"value": attributes.get("userName")},
    ]
    for candidate in candidates:
        value = candidate.get("value") or ""
        if comparison_keys.is_address(value):
            return str(value)
    return ""


def username(attributes: Mapping[str, Any]) -> str:
    """Return the username of a document's person: the address, else the userName."""
    return address(attributes) or str(attributes["userName"])


def address_key(attributes: Mapping[str, Any]) -> str:
    """Return the key of what a document's person has as username, and nobody else."""
    return comparison_keys.address_key(username(attributes))


def renames(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether a new document gives its person another username or address.

    Entra frees the UPN of somebody who is soft-deleted: it puts their object ID, in
    32 digits, before it. That is kept and shown, and no name for an account: it goes
    away when they are restored.
    """
    if all(old.get(name) == new.get(name) for name in ("userName", "emails")):
        return False
    latter = username(new)
    if (latter, address(new)) == (username(old), address(old)):
        return False
    tombstone = _TOMBSTONE.match(latter)
    return not tombstone or not any(
        comparison_keys.same_address(latter[tombstone.end() :], former)
        for former in (username(old), str(old["userName"]))
    )


def lasting(attributes: dict[str, Any], user: Any) -> dict[str, Any]:
    """Return a document with the name that its person's account has in the long run.

    Without the digits that Entra puts before the name of somebody who is soft-deleted,
    if the account kept the name without them, see :func:`renames`.
    """
    name = username(attributes)
    tombstone = _TOMBSTONE.match(name)
    kept = name[tombstone.end() :] if tombstone else ""
    names = (user.get_username(), getattr(user, user.get_email_field_name()) or "")
    if kept and any(comparison_keys.same_address(kept, each) for each in names):
        return {"userName": kept}
    return attributes


def check_characters(attributes: Mapping[str, Any]) -> None:
    """Refuse a userName or an address with characters that hide or decorate.

    Anyone who typed ``SMTP:ann@…``, or a blank at its end, means ann's address. Taken
    literally, it would give the person a second account beside their own.

    Raises:
        Decorated: Names the character and its position.
    """
    user_name = str(attributes["userName"])
    texts = [("userName", user_name)]
    for email in attributes.get("emails", ()):
        if str(email.get("type") or "work").lower() == "work":
            texts.append(("emails", str(email.get("value") or "")))
    for attribute, text in texts:
        is_address = attribute == "emails" or bool(characters.AT_SIGNS & set(text))
        position = characters.first_odd(text, is_address=is_address)
        if position is not None:
            raise Decorated(attribute, text[position], position + 1)


def check_lengths(attributes: Mapping[str, Any], *, renames: bool = True) -> None:
    """Refuse values that do not fit the fields of the product's user.

    Without ``renames``, username and address are none of the user's.

    SQLite would keep them, PostgreSQL would fail, and MariaDB could cut them off.

    Raises:
        AttributeTooLong: Names the attribute and the limit.
    """
    model = get_user_model()
    policy = get_policy()
    # What the product makes of a username is known, and looked at, only later.
    has_usernames = type(policy).username_for is not ProvisioningPolicy.username_for
    values: list[tuple[str, str, Any]] = []
    if renames:
        email = address(attributes)
        source = "emails" if email and email != attributes["userName"] else "userName"
        if not has_usernames:
            values.append((source, model.USERNAME_FIELD, username(attributes)))
        values.append((source, model.get_email_field_name(), email))
    values += (
        (attribute, field, value_of(attributes, attribute)[1])
        for field, attribute in policy.profile_fields().items()
    )
    for attribute, field, value in values:
        limit = _max_length(field)
        if value and limit is not None and len(value) > limit:
            raise AttributeTooLong(attribute, limit)


def new_user(
    policy: ProvisioningPolicy,
    environment: AnyEnvironment,
    attributes: Mapping[str, Any],
) -> AbstractBaseUser:
    """Return the account that a policy creates for a document's person, saved."""
    email = _formed(policy, address(attributes))
    name = email or username(attributes)
    with arriving(attributes):
        user: AbstractBaseUser = policy.create_user(
            environment, _named(policy, None, name), email
        )
    return user


def apply(
    policy: ProvisioningPolicy,
    user: AbstractBaseUser,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> None:
    """Set on a user, without saving, what a new document says of them.

    ``old`` is the document before; what it had and the new one lacks is cleared.
    What neither has is Entra's no business. A username that Entra does not change
    stays: it may have been changed by hand and the former be somebody else's now,
    which must not keep anybody from being deactivated; nor must a hook that fails, so
    it is not asked where nothing but activity changes. Nor is the product's spelling
    of an address touched where only the case differs: Django compares usernames with
    case, and people type theirs as they did.

    Raises:
        AttributeTooLong: The product's username does not fit its field.
    """
    model = get_user_model()
    email = address(new)
    if not old or renames(old, new):
        field = model.get_email_field_name()
        if email or address(old):
            _set_address(user, field, _formed(policy, email))
        kept = getattr(user, field) if email else username(new)
        _set_address(user, model.USERNAME_FIELD, _named(policy, user, kept))
    if not old or _beyond_activity(old) != _beyond_activity(new):
        policy.apply_profile(user, _with_cleared(old, new))


def _formed(policy: ProvisioningPolicy, email: str) -> str:
    formed = policy.address_for(email) if email else ""
    if not comparison_keys.same_address(formed, email):
        raise ValueError("address_for may change nothing but upper and lower case.")
    return formed


def _named(policy: ProvisioningPolicy, user: Any, name: str) -> str:
    model = get_user_model()
    if model.get_email_field_name() == model.USERNAME_FIELD:
        return name
    named = policy.username_for(user, name)
    limit = _max_length(model.USERNAME_FIELD)
    if limit is not None and len(named) > limit:
        raise AttributeTooLong("userName", limit)
    return named


def _beyond_activity(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "active"}


def free_address(user: Any, *, fields: Collection[str] | None = None) -> None:
    """Give a user, unsaved, a username and an address that nobody has or can have.

    Or just what is in ``fields``.

    They still show who it was. No mail is ever delivered to them (RFC 2606 §2), so
    that nobody resets the password of the account by the address that it had.
    """
    suffix = f".{secrets.token_hex(4)}.invalid"
    for field in fields or {user.USERNAME_FIELD, user.get_email_field_name()}:
        if value := getattr(user, field, ""):
            limit = _max_length(field) or len(value) + len(suffix)
            setattr(user, field, value[: limit - len(suffix)] + suffix)


def replaced_username(user: AbstractBaseUser, before: Mapping[str, Any]) -> str:
    """Return the username in a snapshot, if the user has another one now."""
    former = str(before.get(get_user_model().USERNAME_FIELD) or "")
    return former if former != user.get_username() else ""


def snapshot(user: AbstractBaseUser) -> dict[str, Any]:
    """Return the values of a user's own columns, to tell later what changed."""
    return {
        field.attname: getattr(user, field.attname)
        for field in user._meta.concrete_fields
    }


def save_changes(
    user: AbstractBaseUser, before: Mapping[str, Any], *, quietly: bool = False
) -> None:
    """Save the columns that differ from a snapshot. Writes nothing if none does.

    ``quietly`` calls nothing of the product's: neither ``save()`` nor a receiver.
    """
    changed = [
        field
        for field in user._meta.concrete_fields
        if getattr(user, field.attname) != before[field.attname]
    ]
    if changed and quietly:
        users = type(user)._base_manager.using(database()).filter(pk=user.pk)
        users.update(**{field.name: getattr(user, field.name) for field in changed})
    elif changed:
        with own_writes.ours():
            if not prepared_saves.save_columns(user, changed):
                user.save(update_fields=[field.name for field in changed])


def _set_address(user: AbstractBaseUser, field: str, value: str) -> None:
    if not comparison_keys.same_address(getattr(user, field) or "", value):
        setattr(user, field, value)


def _with_cleared(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {**dict.fromkeys(old), **new}
    if isinstance(old_name := old.get("name"), Mapping) and "name" in new:
        merged["name"] = {**dict.fromkeys(old_name), **new["name"]}
    return merged


@cache
def _max_length(field_name: str) -> int | None:
    try:
        field = get_user_model()._meta.get_field(field_name)
    except FieldDoesNotExist:
        return None
    return getattr(field, "max_length", None)
