"""A directory with everything in it."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterable

from .applications import Application, ClientSecret
from .clock import Clock
from .directory import (
    KEPT_AFTER_DELETION,
    PROFILE,
    Group,
    Person,
    Principal,
    new_id,
)

SECRET_LIFETIME = datetime.timedelta(days=180)
"""What the portal offers first for a new client secret."""


class Tenant:
    """A directory with its people, groups and applications.

    Everything that changes it goes through its methods and those of its
    applications, which note the change: the provisioning service looks only at
    what changed since its last cycle. Several threads may use it if each holds
    ``lock`` while it does.
    """

    def __init__(
        self, name: str = "Contoso", *, tenant_id: str = "", clock: Clock | None = None
    ) -> None:
        self.name = name
        self.id = tenant_id or new_id()
        self.clock = clock or Clock()
        self.people: dict[str, Person] = {}
        """Those who are there by object ID, soft-deleted ones included."""
        self.groups: list[Group] = []
        self.applications: list[Application] = []
        self.lock = threading.RLock()
        self.revision = 0
        """The number of the last change."""
        self._names: set[str] = set()

    def add_person(
        self,
        user_principal_name: str,
        name: str = "",
        *,
        mail: str | None = None,
        is_guest: bool = False,
        manager: Person | None = None,
        profile: dict[str, str] | None = None,
        object_id: str = "",
    ) -> Person:
        """Add somebody to the directory.

        ``name`` is "Ann Smith", from which the parts are taken; ``mail`` is the user
        principal name unless given, and "" stands for none. ``profile`` has further
        values by the names of ``PROFILE``.

        Raises:
            ValueError: Somebody has the user principal name, or a name of the
                profile is none.
        """
        self._take_name(user_principal_name)
        given, _, surname = name.partition(" ")
        person = Person(
            object_id=object_id or new_id(),
            user_principal_name=user_principal_name,
            is_guest=is_guest,
            manager=manager,
        )
        self.people[person.object_id] = person
        self.change_person(
            person,
            {
                "displayName": name or user_principal_name,
                "givenName": given,
                "surname": surname,
                "mail": user_principal_name if mail is None else mail,
                "mailNickname": user_principal_name.partition("@")[0],
                **(profile or {}),
            },
        )
        return person

    def change_person(self, person: Person, profile: dict[str, str]) -> None:
        """Change values of a person's profile; an empty one takes the value away.

        Raises:
            ValueError: A name is none of ``PROFILE``.
        """
        if unknown := profile.keys() - set(PROFILE):
            raise ValueError(f"People have no {', '.join(sorted(unknown))}.")
        changed = {**person.profile, **profile}
        person.profile = {name: value for name, value in changed.items() if value}
        self.touch(person)

    def rename(self, person: Person, user_principal_name: str) -> None:
        """Change a person's user principal name.

        Raises:
            ValueError: Somebody has it.
        """
        self._change_name(person, user_principal_name)
        self.touch(person)

    def set_manager(self, person: Person, manager: Person | None) -> None:
        """Say who a person's manager is, if anybody."""
        person.manager = manager
        self.touch(person)

    def enable(self, person: Person) -> None:
        """Let a person sign in again."""
        person.account_enabled = True
        self.touch(person)

    def disable(self, person: Person) -> None:
        """Block a person's sign-in (``accountEnabled`` is false)."""
        person.account_enabled = False
        self.touch(person)

    def delete(self, person: Person) -> None:
        """Soft-delete a person, who can be restored for 30 days.

        The user principal name is free at once, and can be a colleague's.
        """
        if person.deleted_at is None:
            name = person.tombstone + person.user_principal_name
            self._change_name(person, name)
            person.deleted_at = self.clock.now()
            self.touch(person)

    def restore(self, person: Person) -> None:
        """Bring a soft-deleted person back, with their name and assignments.

        Raises:
            ValueError: Somebody else has the name by now.
        """
        if person.deleted_at is not None:
            name = person.user_principal_name.removeprefix(person.tombstone)
            self._change_name(person, name)
            person.deleted_at = None
            self.touch(person)

    def purge(self, person: Person) -> None:
        """Delete a person for good."""
        del self.people[person.object_id]
        self._names.discard(person.user_principal_name.lower())
        for group in self.groups:
            group.members.pop(person, None)
        for application in self.applications:
            application.unassign(person)
        self.touch(person)

    def purge_expired(self) -> list[Person]:
        """Delete those for good who were soft-deleted 30 days ago or longer."""
        limit = self.clock.now() - KEPT_AFTER_DELETION
        expired = [
            person
            for person in self.people.values()
            if person.deleted_at is not None and person.deleted_at <= limit
        ]
        for person in expired:
            self.purge(person)
        return expired

    def add_group(self, display_name: str, members: Iterable[Person] = ()) -> Group:
        """Add a security group."""
        group = Group(display_name=display_name, members=dict.fromkeys(members))
        self.groups.append(group)
        self.touch(group)
        return group

    def add_member(self, group: Group, person: Person) -> None:
        """Put a person into a group."""
        group.members[person] = None
        self.touch(person)

    def remove_member(self, group: Group, person: Person) -> None:
        """Take a person out of a group."""
        group.members.pop(person, None)
        self.touch(person)

    def delete_group(self, group: Group) -> None:
        """Delete a group, with its assignments."""
        for application in self.applications:
            application.unassign(group)
        self.groups.remove(group)

    def add_application(self, display_name: str, client_id: str = "") -> Application:
        """Make a non-gallery enterprise application."""
        application = Application(
            display_name=display_name,
            client_id=client_id or new_id(),
            touch=self.touch,
        )
        self.applications.append(application)
        return application

    def add_secret(
        self,
        application: Application,
        description: str = "",
        lifetime: datetime.timedelta = SECRET_LIFETIME,
    ) -> ClientSecret:
        """Make a client secret, as under "Certificates & secrets"."""
        secret = ClientSecret(
            description=description, expires_at=self.clock.now() + lifetime
        )
        application.secrets.append(secret)
        return secret

    def application(self, client_id: str) -> Application | None:
        """Return the application with a client ID, or None."""
        return next((a for a in self.applications if a.client_id == client_id), None)

    def touch(self, principal: Principal) -> None:
        """Note a change that concerns a person, or all members of a group."""
        self.revision += 1
        for person in (
            principal.members if isinstance(principal, Group) else [principal]
        ):
            person.revision = self.revision

    def _change_name(self, person: Person, user_principal_name: str) -> None:
        self._names.discard(person.user_principal_name.lower())
        try:
            self._take_name(user_principal_name)
        except ValueError:
            self._names.add(person.user_principal_name.lower())
            raise
        person.user_principal_name = user_principal_name

    def _take_name(self, user_principal_name: str) -> None:
        name = user_principal_name.lower()
        if name in self._names:
            raise ValueError(f"Somebody has the name {user_principal_name} already.")
        self._names.add(name)
