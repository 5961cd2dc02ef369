"""Who signs in with Entra only, and for whom everything else is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from entra_scim.accounts import links, namesakes, places
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
        return self.environment is not None and is_active(self.environment)

    @property
    def links(self) -> list[ProvisionedUser]:
        """The links by which Entra manages the person."""
        return [] if self.link is None else [self.link]


@dataclass(frozen=True, kw_only=True)
class SharedBelonging(Belonging):
    """That of a person in a product where they may belong to several environments.

    One that does not want passwords refuses them for itself alone, see
    :func:`entra_scim.sign_in.entrances.may_enter`. Who has nowhere else to go needs none.
    """

    places: list[AnyEnvironment]
    """Where the person may be."""

    all_links: list[ProvisionedUser]

    @property
    def has_left(self) -> bool:
        return (
            bool(self.all_links)
            and not self.places
            and not any(link.active for link in self.all_links)
        )

    @property
    @deciding()
    def is_gated(self) -> bool:
        return bool(self.places) and all(is_active(place) for place in self.places)

    @property
    def links(self) -> list[ProvisionedUser]:
        return self.all_links


@deciding()
def is_active(environment: AnyEnvironment) -> bool:
    """Tell whether people sign in to an environment with Entra only, now."""
    settings = EntraConnection.objects.for_environment(environment).first()
    return settings is not None and settings.is_active(timezone.now())


@deciding()
def belonging_of(user: AbstractBaseUser) -> Belonging:
    """Return the link of a person, and the environment that decides about them."""
    if places.are_people_shared():
        return shared_belonging_of(user)
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


def decides_about(environment: AnyEnvironment, user: AbstractBaseUser) -> bool:
    """Tell whether the activation of an environment decides about a person there."""
    if places.are_people_shared():
        return links.is_of(user, environment.pk)
    return bool(environment_of(user) == environment)


def demanded_by(
    user: AbstractBaseUser, environment: AnyEnvironment
) -> AnyEnvironment | None:
    """Return whose Entra alone signs a person in for an environment's pages, or None."""
    if places.are_people_shared():
        is_demanded = decides_about(environment, user) and is_active(environment)
        return environment if is_demanded else None
    belonging = belonging_of(user)
    return belonging.environment if belonging.is_gated else None


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
    if places.are_people_shared():
        belonging = belonging_of(user)
        return belonging.has_left or belonging.is_gated
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
    key = comparison_keys.user_name_key(name)
    # A range of one: hardly anyone has a former username, and SQLite would rather read
    # all links than look for a value in an index whose other values are the same.
    links = ProvisionedUser.objects.filter(
        former_username_key__gte=key, former_username_key__lte=key
    )
    found: list[ProvisionedUser] = list(links.select_related("user")[:_SEVERAL])
    if len(found) > 1:
        found = [link for link in found if link.former_username == name]
    if len(found) != 1 or namesakes.candidates(name, "").exists():
        return name
    user: Any = found[0].user
    return str(user.get_username())


@deciding()
def shared_belonging_of(user: AbstractBaseUser) -> SharedBelonging:
    """Return where a person may be, of those that several environments may share."""
    policy = get_policy()
    found = [] if policy.is_exempt(user) else places.of(user)
    rows = ProvisionedUser.objects.filter(user_id=user.pk).select_related("environment")
    all_links = [*rows]
    for link in all_links:
        link.user = cast(Any, user)
    return SharedBelonging(
        link=None,
        environment=found[0] if len(found) == 1 else None,
        places=found,
        all_links=all_links,
    )


def _link_of(user: AbstractBaseUser) -> ProvisionedUser | None:
    link: ProvisionedUser | None = (
        ProvisionedUser.objects.filter(user_id=user.pk)
        .select_related("environment")
        .first()
    )
    if link is not None:
        link.user = cast(Any, user)
    return link
