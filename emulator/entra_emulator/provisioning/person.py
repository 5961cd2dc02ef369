"""One person's turn in a cycle."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from entra_emulator.applications import Application
from entra_emulator.directory import Person, Principal
from entra_emulator.tenant import Tenant

from .conversation import Conversation
from .logs import Action, ErrorCode, ProvisioningFailure
from .mappings import Mapping, desired_values, source_values
from .open_points import LookUp, OpenPoints
from .roles import RoleFunction
from .targets import Resource
from .wire import MANAGER, Change, differences, manager_body, patch_body, post_body


@dataclass(kw_only=True)
class Link:
    """What Entra remembers of a person at the server."""

    id: str
    is_active: bool = True
    is_managed: bool = True
    """Whether a deletion in Entra is passed on: not for those who left the scope."""

    is_lost: bool = False
    """Whether the server did not know the ID. Only a restart mends that."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a cycle has to know of a person, as they were when it began."""

    person: Person
    name: str
    object_id: str
    exists: bool
    in_scope: bool
    is_leaving: bool
    """Whether the person is to be deactivated or deleted at the server."""

    values: dict[Mapping, Any]
    matching: tuple[tuple[str, str], ...]
    """The target attributes that find the person, with their values, in their order."""

    manager: Person | None
    manager_is_coming: bool
    """Whether the manager is to be at the server, now or when a failure is mended."""

    @property
    def principal(self) -> Principal:
        """Who the task is about."""
        return self.person


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was done. ``action`` is None if nothing differed."""

    action: Action | None = None
    target_id: str = ""
    modified: tuple[str, ...] = ()
    once_more: bool = False
    """Whether the next cycle has to go on with this person."""


def task_of(
    tenant: Tenant,
    application: Application,
    person: Person,
    mappings: Iterable[Mapping],
    points: OpenPoints,
) -> Task:
    """Return a person as a cycle sees them. The caller holds the tenant's lock."""
    exists = person.object_id in tenant.people
    in_scope = exists and application.has_assigned(person)
    source = source_values(person, application, points, in_scope=in_scope)
    rows = tuple(mappings)
    has_reference = any(row.is_reference for row in rows)
    is_gone = not in_scope or person.deleted_at is not None
    values = desired_values(rows, source)
    ranked = sorted(
        (row for row in values if row.matching), key=lambda row: row.matching or 0
    )
    matching = tuple((row.target, str(values[row])) for row in ranked)
    if is_gone:
        # Of those who left, only that they left is told, and of the soft-deleted
        # the name that they have now: their own is free for somebody else.
        values = {
            row: value
            for row, value in values.items()
            if row.target == "active" or (person.deleted_at and row.has_name)
        }
    return Task(
        person=person,
        name=person.display_name,
        object_id=person.object_id,
        exists=exists,
        in_scope=in_scope,
        is_leaving=source["IsSoftDeleted"],
        values=values,
        matching=matching,
        manager=person.manager if has_reference and not is_gone else None,
        manager_is_coming=_is_coming(application, person.manager),
    )


class PersonProvisioner:
    """Make a server's resource follow a person. One instance serves one cycle."""

    def __init__(
        self,
        *,
        links: dict[Person, Link],
        points: OpenPoints,
        flagged: bool,
        deletes: bool,
    ) -> None:
        self._links = links
        self._points = points
        self._flagged = flagged
        self._deletes = deletes
        self._resources: dict[Person, Resource] = {}

    def provision(self, task: Task, conversation: Conversation) -> Outcome:
        """Create, change, deactivate or delete a person, whichever it takes.

        Raises:
            ProvisioningFailure: Something was refused, or did not arrive.
        """
        link = self._links.get(task.person)
        if not task.exists:
            return self._delete(task, link, conversation)
        if self._points.refuses_several_grants:
            _refuse_several_grants(task)
        if link is None:
            if task.is_leaving:
                return Outcome()
            found = self._match(task, conversation)
            if found is None:
                return self._create(task, conversation)
            link = self._links[task.person] = Link(id=found["id"])
            return self._update(task, link, found, conversation)
        if task.is_leaving and not link.is_managed:
            return Outcome()
        current = self._current(task, link, conversation)
        return self._update(task, link, current, conversation)

    def refer(self, task: Task, conversation: Conversation) -> Outcome:
        """Name a person's manager at the server, if both are there.

        A manager who comes into scope later than the person is not named before a
        restart: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/known-issues

        Raises:
            ProvisioningFailure: It was refused, or did not arrive.
        """
        link, resource = self._links.get(task.person), self._resources.get(task.person)
        manager = self._links.get(task.manager) if task.manager else None
        if link is None or resource is None or manager is None:
            return Outcome(once_more=task.manager_is_coming)
        current = MANAGER.read(resource)
        if self._points.checks_references:
            is_same = conversation.has_reference(link.id, "manager", manager.id)
        else:
            is_same = isinstance(current, dict) and current.get("value") == manager.id
        if is_same:
            return Outcome()
        conversation.patch(
            link.id,
            manager_body(
                manager.id,
                f"../Users/{manager.id}",
                self._points,
                flagged=self._flagged,
                is_new=current is None,
            ),
        )
        return Outcome(
            action=Action.UPDATE, target_id=link.id, modified=(MANAGER.path,)
        )

    def _match(self, task: Task, conversation: Conversation) -> Resource | None:
        for attribute, value in task.matching:
            found = conversation.find(attribute, value)
            if found is not None:
                return found
        return None

    def _create(self, task: Task, conversation: Conversation) -> Outcome:
        with _acting(Action.CREATE):
            created = conversation.create(post_body(task.values, self._points))
        self._links[task.person] = Link(id=created["id"])
        self._resources[task.person] = created
        return Outcome(
            action=Action.CREATE,
            target_id=created["id"],
            modified=tuple(row.target for row in task.values),
        )

    def _current(self, task: Task, link: Link, conversation: Conversation) -> Resource:
        if self._points.look_up == LookUp.BY_FILTER and (
            found := self._match(task, conversation)
        ):
            return found
        if link.is_lost:
            raise ProvisioningFailure(
                ErrorCode.INVALID_ANCHOR,
                "The server does not know the person any more. Restart provisioning.",
            )
        try:
            return conversation.get(link.id)
        except ProvisioningFailure as failure:
            link.is_lost = failure.code == ErrorCode.INVALID_ANCHOR
            raise

    def _update(
        self, task: Task, link: Link, resource: Resource, conversation: Conversation
    ) -> Outcome:
        changes = differences(task.values, resource, self._points)
        returning = [change for change in changes if _reactivates(change)]
        is_split = bool(returning) and not self._points.returns_in_one_request
        sent = returning if is_split and len(changes) > 1 else changes
        action = Action.DISABLE if task.is_leaving else Action.UPDATE
        if sent:
            body = patch_body(sent, self._points, flagged=self._flagged)
            with _acting(action):
                changed = conversation.patch(link.id, body)
            resource = changed if changed is not None else conversation.get(link.id)
        link.is_active = not task.is_leaving
        link.is_managed = task.in_scope
        self._resources[task.person] = resource
        return Outcome(
            action=action if sent else None,
            target_id=link.id,
            modified=tuple(change.target.path for change in sent),
            once_more=len(sent) < len(changes),
        )

    def _delete(
        self, task: Task, link: Link | None, conversation: Conversation
    ) -> Outcome:
        is_told = self._points.deletes_whom_it_saw_active or (
            link is not None and not link.is_active
        )
        if link is None or not link.is_managed or not self._deletes or not is_told:
            self._links.pop(task.person, None)
            return Outcome()
        with _acting(Action.DELETE):
            conversation.delete(link.id)
        self._links.pop(task.person)
        return Outcome(action=Action.DELETE, target_id=link.id)


@contextlib.contextmanager
def _acting(action: Action) -> Iterator[None]:
    """Let a failure tell what was being done."""
    try:
        yield
    except ProvisioningFailure as failure:
        failure.action = action
        raise


def _refuse_several_grants(task: Task) -> None:
    for row, assigned in task.values.items():
        if row.role_function == RoleFunction.SINGLE and len(assigned) > 1:
            raise ProvisioningFailure(
                ErrorCode.SEVERAL_GRANTS,
                "Somebody with several app roles cannot have a single one.",
            )


def _is_coming(application: Application, manager: Person | None) -> bool:
    return (
        manager is not None
        and manager.account_enabled
        and manager.deleted_at is None
        and application.has_assigned(manager)
    )


def _reactivates(change: Change) -> bool:
    return change.target.path == "active" and change.value is True
