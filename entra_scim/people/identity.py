"""Whose account is it? An object ID never changes for one person.

Somebody who is unassigned stays in Entra's eyes the owner of their userName. A new
employee with that userName, or with an address that became free, arrives as a change
of the former one's resource: all that tells them apart is the object ID.
"""

from __future__ import annotations

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.document.documents import Document
from entra_scim.exceptions import IdentityReplaced, ObjectIdLost
from entra_scim.models import ProvisionedUser
from entra_scim.text import comparison_keys


def is_another(person: ProvisionedUser, attributes: Document) -> bool:
    """Tell whether a document is of somebody else in Entra than a link.

    A mapping that is corrected, from a nickname to the object ID, is nobody else.
    """
    external_id = attributes.get("externalId")
    return bool(
        person.object_id_key
        and comparison_keys.is_object_id(external_id)
        and comparison_keys.external_id_key(external_id) != person.object_id_key
    )


def check_same(person: ProvisionedUser, attributes: Document) -> None:
    """Refuse a document that is of somebody else.

    Raises:
        IdentityReplaced: It has another object ID.
    """
    if is_another(person, attributes):
        object_id = comparison_keys.canonical_external_id(attributes["externalId"])
        raise IdentityReplaced(person_id=person.pk, object_id=object_id)


def check_kept(person: ProvisionedUser, attributes: Document) -> None:
    """Refuse a document that has something else in place of an object ID.

    Without an externalId, it is not forgotten: it is still the only one to follow.

    Raises:
        ObjectIdLost: Nobody could sign in with Entra any more.
    """
    external_id = attributes.get("externalId")
    if (
        person.object_id_key
        and external_id
        and not comparison_keys.is_object_id(external_id)
    ):
        raise ObjectIdLost


def note_waiting(environment: AnyEnvironment, refusal: IdentityReplaced) -> None:
    """Keep the object ID of a refused request, for an administrator to decide about.

    Call it after the rollback of what was refused.
    """
    ProvisionedUser.objects.for_environment(environment).filter(
        pk=refusal.person_id
    ).exclude(waiting_object_id=refusal.object_id).update(
        waiting_object_id=refusal.object_id
    )


def waiting_object_id(person: ProvisionedUser) -> str:
    """Return the object ID that waits for a decision about a person, if any.

    None waits any more once somebody else is linked by it.
    """
    waiting = person.waiting_object_id
    if not waiting:
        return ""
    others = ProvisionedUser.objects.for_environment(person.environment).filter(
        external_id_key=comparison_keys.external_id_key(waiting)
    )
    return "" if others.exists() else waiting


def is_awaited(environment: AnyEnvironment, object_id: str) -> bool:
    """Tell whether an object ID waits for a decision about somebody with another."""
    waiting = ProvisionedUser.objects.for_environment(environment).waiting()
    return bool(waiting.filter(waiting_object_id=object_id).exists())
