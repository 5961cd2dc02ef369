"""Find people by how their names and addresses begin.

Each word is looked up in an index, as far as somebody reads: what 100,000 people cost
is what 1,000 cost. What is within a word, no index of every database finds.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.document import compared_strings
from entra_scim.models import ProvisionedElement, ProvisionedUser
from entra_scim.text.comparison_keys import folded

MOST = 1000
"""How many people are found. Nobody reads more: they type more of a name."""

_ROWS = 4 * MOST
"""How many names are looked at: some people have several that begin alike."""


def people(environment: AnyEnvironment, text: str) -> list[Any]:
    """Return the links of people for whom each word of a text begins one of theirs.

    Words count in the display name, nickname, first and last name. Addresses and the
    username are found by how they begin. One more than :data:`MOST` means "more".
    Where each single word means more, those are found whose name has them in this
    order.
    """
    found = _beginning(environment, folded(text))
    words = folded(text).replace(",", " ").split()
    if len(words) > 1:
        found |= _with_each(environment, words)
    return sorted(found)[: MOST + 1]


def _with_each(environment: AnyEnvironment, words: list[str]) -> set[Any]:
    each = [_beginning(environment, word) for word in words]
    found = min(each, key=len)
    if len(found) > MOST:
        return set()
    for word, those in zip(words, each, strict=True):
        if len(those) > MOST:
            those = _among(environment, word, found)
        found = found & those
    return found


def _beginning(environment: AnyEnvironment, text: str) -> set[Any]:
    start, end = _range(text)
    names = ProvisionedElement.objects.for_environment(environment).filter(
        searched__gte=start, searched__lt=end
    )
    usernames = ProvisionedUser.objects.for_environment(environment).filter(
        user_name_order__gte=start, user_name_order__lt=end
    )
    found = set(
        usernames.order_by("user_name_order").values_list("pk", flat=True)[: MOST + 1]
    )
    keys = names.order_by("searched").values_list("provisioned_user", flat=True)
    return found.union(keys[: _ROWS + 1])


def _among(environment: AnyEnvironment, text: str, people: Collection[Any]) -> set[Any]:
    """Return those of some people who have a name or address that begins so.

    By what they are called, all of it: MariaDB would rather read the names of
    everybody that begin so, to find those of a few.
    """
    start, end = _range(text)
    names = ProvisionedElement.objects.for_environment(environment).filter(
        provisioned_user__in=people
    )
    usernames = ProvisionedUser.objects.for_environment(environment).filter(
        pk__in=people
    )
    return {
        key
        for key, name in [
            *names.values_list("provisioned_user", "searched"),
            *usernames.values_list("pk", "user_name_order"),
        ]
        if name is not None and start <= name < end
    }


def _range(text: str) -> tuple[str, str]:
    start = compared_strings.beginning(text)
    # Hexadecimal digits are before "g" in every collation.
    return start, f"{start}g"
