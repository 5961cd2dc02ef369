"""What a person is found and compared by, as their link keeps it."""

from __future__ import annotations

from entra_scim.accounts import profile
from entra_scim.document import compared_strings
from entra_scim.document.documents import Document
from entra_scim.models import ProvisionedUser
from entra_scim.text import comparison_keys

FIELDS = (
    "comparable",
    "search_text",
    "user_name_key",
    "user_name_order",
    "external_id_key",
    "object_id_key",
    "has_object_id",
    "address_key",
    "domain_key",
    "former_username_key",
)
"""The fields that depend on how texts are compared."""


def set_document(person: ProvisionedUser, document: Document) -> None:
    """Set, unsaved, what follows from a document, but for the keys of the address."""
    person.comparable = compared_strings.comparable(document)
    person.search_text = compared_strings.search_text(document)
    external_id = document.get("externalId")
    person.user_name_key = comparison_keys.user_name_key(document["userName"])
    person.user_name_order = comparison_keys.order_key(document["userName"])
    person.external_id_key = comparison_keys.external_id_key(external_id)
    person.has_object_id = comparison_keys.is_object_id(external_id)
    if person.has_object_id:
        person.object_id_key = person.external_id_key


def set_address(person: ProvisionedUser, document: Document) -> None:
    """Set, unsaved, the keys of the address that a document gives a person.

    Where the link decides about no address, it is nobody's, and leads nobody to a
    sign-in.
    """
    if person.profile_of_id is None:
        person.address_key = comparison_keys.digest(f"no address of {person.pk}")
        person.domain_key = ""
        return
    person.address_key = profile.address_key(document)
    person.domain_key = comparison_keys.domain_key(profile.address(document))


def set_all(person: ProvisionedUser) -> None:
    """Set, unsaved, all keys of a person whom nothing changes.

    But for that of an object ID that Entra has removed: nothing else is kept of it.
    """
    set_document(person, person.attributes)
    set_address(person, profile.lasting(person.attributes, person.user))
    if person.former_username:
        person.former_username_key = comparison_keys.user_name_key(
            person.former_username
        )
