"""Who signs in with Entra only, and for whom everything else is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from entra_scim.accounts import links, namesakes
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.transactions import deciding
from entra_scim.models import EntraConnection, ProvisionedUser
from entra_scim.policy import get_policy
from entra_scim.text import comparison_keys

_SEVERAL = 10

_LONGEST = 320
"""No name is longer; a backend's answer tells who is meant by a longer one."""


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """The link and the environment that decide how somebody may sign in."""

    link: ProvisionedUser | None
    environment: AnyEnvironment | None
    """The environment whose activation decides about the person, if there is one."""

    @property
    def has_left(self) -> bool:
        """Whether Entra deactivated the person, whatever the account says.

        A product that saves a whole account, which it read before the deactivation,
        makes that active again.
        """
        return self.link is not None and not self.link.active

    @property
    @deciding()
    def is_gated(self) -> bool:
        """Whether the person signs in with Entra only, now."""
        if self.environment is None:
            return False
        settings = EntraConnection.objects.for_environment(self.environment).first()
        return settings is not None and settings.is_active(timezone.now())


@deciding()
def belonging_of(user: AbstractBaseUser) -> Belonging:
    """Return the link of a person, and the environment that decides about them."""
    link = _link_of(user)
    if link is not None and links.is_in_force(link):
        return Belonging(link=link, environment=link.environment)
    return Belonging(link=link, environment=only_environment_of(user))


@deciding()
def environment_of(user: AbstractBaseUser) -> AnyEnvironment | None:
    """Return the environment whose activation decides about a person, or None.

    It is that of their link, if the link is in force, else the only one that they
    belong to. The Admin has none, and neither has somebody who belongs to two.
    """
    return belonging_of(user).environment


@deciding()
def only_environment_of(user: AbstractBaseUser) -> AnyEnvironment | None:
    """Return the one environment that a person belongs to, whatever their link says."""
    policy = get_policy()
    if policy.is_exempt(user):
        return None
    environments = list(policy.environments_of(user))
    return environments[0] if len(environments) == 1 else None


@deciding()
def is_gated(user: AbstractBaseUser) -> bool:
    """Tell whether a person signs in with Entra only, now."""
    return belonging_of(user).is_gated


@deciding()
def is_refused(user: AbstractBaseUser) -> bool:
    """Tell whether a person may use nothing but a sign-in with Entra, or not even that.

    So it is for people who sign in with Entra only, and for those that Entra
    deactivated. Ask it wherever you let people in without ``authenticate()``, as by
    a token of an interface.
    """
    link = _link_of(user)
    if link is not None and not link.active:
        return True
    # Asking the policy may cost more than asking whether anybody is gated at all.
    return _is_anybody_gated() and is_gated(user)


def _is_anybody_gated() -> bool:
    """Tell whether Entra sign-in is active in any environment."""
    return EntraConnection.objects.active(timezone.now()).exists()


@deciding()
def people_named(names: Collection[str]) -> list[Any]:
    """Return the people that usernames or e-mail addresses mean, as far as an index finds them.

    Nobody, while nobody signs in with Entra only.
    """
    known = sorted(name for name in names if len(name) <= _LONGEST)
    if not known or not _is_anybody_gated():
        return []
    found: dict[Any, Any] = {}
    for name in known:
        found |= {user.pk: user for user in namesakes.candidates(name, name)}
    return list(found.values())


@deciding()
def current_username(name: str) -> str:
    """Return the username of anyone who had one before Entra linked them, else the name.

    Linking makes the address the username. People type what they always did, until
    Entra sign-in is activated, and again once it is turned off. A former username that
    somebody else has by now is theirs.
    """
    links = ProvisionedUser.objects.filter(
        former_username_key=comparison_keys.user_name_key(name)
    )
    found: list[ProvisionedUser] = list(links.select_related("user")[:_SEVERAL])
    if len(found) > 1:
        found = [link for link in found if link.former_username == name]
    if len(found) != 1 or namesakes.candidates(name, "").exists():
        return name
    user: Any = found[0].user
    return str(user.get_username())


def _link_of(user: AbstractBaseUser) -> ProvisionedUser | None:
    link: ProvisionedUser | None = (
        ProvisionedUser.objects.filter(user_id=user.pk)
        .select_related("environment")
        .first()
    )
    if link is not None:
        link.user = cast(Any, user)
    return link
