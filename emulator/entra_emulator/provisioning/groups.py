"""One group's turn in a cycle, where groups are provisioned too.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups#groups
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from entra_emulator.applications import Application
from entra_emulator.directory import Group, Person, Principal
from entra_emulator.tenant import Tenant

from .conversation import Conversation
from .logs import Action, ErrorCode, ProvisioningFailure
from .open_points import OpenPoints
from .person import Link, Outcome
from .targets import Resource
from .wire import Operation, patch_op

_SCHEMAS = [
    "urn:ietf:params:scim:schemas:core:2.0:Group",
    "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
]


@dataclass(kw_only=True)
class GroupLink:
    """What Entra remembers of a group at the server."""

    id: str
    display_name: str
    member_ids: set[str] = field(default_factory=set)
    """The members named so far, by their IDs at the server: it is not asked."""

    is_lost: bool = False
    """Whether the server did not know the ID. Only a restart mends that."""


@dataclass(frozen=True, kw_only=True)
class GroupTask:
    """What a cycle has to know of a group, as it was when it began."""

    group: Group
    name: str
    object_id: str
    in_scope: bool
    members: tuple[Person, ...]

    @property
    def principal(self) -> Principal:
        """Which group the task is about."""
        return self.group


def group_tasks(
    tenant: Tenant, application: Application, known: Iterable[Group]
) -> list[GroupTask]:
    """Return the groups that are assigned, and those that were."""
    present = set(tenant.groups)
    assigned = application.assigned_groups
    return [
        GroupTask(
            group=group,
            name=group.display_name,
            object_id=group.object_id,
            in_scope=group in present and group in assigned,
            members=tuple(group.members),
        )
        for group in dict.fromkeys([*assigned, *known])
    ]


class GroupProvisioner:
    """Make a server's resource follow a group. One instance serves one cycle."""

    def __init__(
        self,
        *,
        links: dict[Group, GroupLink],
        people: Mapping[Person, Link],
        points: OpenPoints,
        flagged: bool,
    ) -> None:
        self._links = links
        self._points = points
        self._people = people
        self._flagged = flagged

    def provision(self, task: GroupTask, conversation: Conversation) -> Outcome:
        """Create, change or delete a group, whichever it takes.

        Members are those who are provisioned themselves. Of nested groups nothing is
        sent.

        Raises:
            ProvisioningFailure: Something was refused, or did not arrive.
        """
        link = self._links.get(task.group)
        if not task.in_scope:
            if link is None:
                return Outcome()
            conversation.delete(link.id)
            del self._links[task.group]
            return Outcome(action=Action.DELETE, target_id=link.id)
        member_ids = {
            self._people[person].id for person in task.members if person in self._people
        }
        modified = []
        action = Action.UPDATE
        if link is None:
            found = conversation.find("displayName", task.name)
            if found is None:
                action, modified = Action.CREATE, ["displayName", "externalId"]
                found = {**_attributes(task), **conversation.create(_post_body(task))}
            link = GroupLink(id=found["id"], display_name=task.name)
            self._links[task.group] = link
        elif link.display_name != task.name or link.member_ids != member_ids:
            found = self._current(link, conversation)
        else:
            return Outcome()
        changes = {k: v for k, v in _attributes(task).items() if found.get(k) != v}
        if changes:
            conversation.patch(link.id, self._replacement(changes))
            modified += changes
        link.display_name = task.name
        if self._follow_members(member_ids, link, conversation):
            modified.append("members")
        return Outcome(
            action=action if modified else None,
            target_id=link.id,
            modified=tuple(modified),
        )

    def _current(self, link: GroupLink, conversation: Conversation) -> Resource:
        try:
            return conversation.get(link.id)
        except ProvisioningFailure as failure:
            link.is_lost = failure.code == ErrorCode.INVALID_ANCHOR
            raise

    def _follow_members(
        self, wanted: set[str], link: GroupLink, conversation: Conversation
    ) -> bool:
        joined, left = wanted - link.member_ids, link.member_ids - wanted
        if self._points.checks_references:
            there = {
                one
                for one in joined
                if conversation.has_reference(link.id, "members", one)
            }
            link.member_ids |= there
            joined -= there
        if joined:
            conversation.patch(link.id, patch_op([self._addition(sorted(joined))]))
            link.member_ids |= joined
        if left:
            conversation.patch(link.id, patch_op(self._removals(sorted(left))))
            link.member_ids -= left
        return bool(joined or left)

    def _replacement(self, changes: dict[str, str]) -> Resource:
        if self._flagged:
            return patch_op([{"op": "replace", "value": changes}])
        return patch_op(
            {"op": "Replace", "path": path, "value": value}
            for path, value in changes.items()
        )

    def _addition(self, member_ids: list[str]) -> Operation:
        if self._flagged:
            members = [{"value": member_id} for member_id in member_ids]
            return {"op": "add", "path": "members", "value": members}
        return {"op": "Add", "path": "members", "value": _references(member_ids)}

    def _removals(self, member_ids: list[str]) -> Iterator[Operation]:
        if not self._flagged:
            yield {"op": "Remove", "path": "members", "value": _references(member_ids)}
            return
        for member_id in member_ids:
            yield {"op": "remove", "path": f'members[value eq "{member_id}"]'}


def _attributes(task: GroupTask) -> dict[str, str]:
    return {"externalId": task.object_id, "displayName": task.name}


def _post_body(task: GroupTask) -> Resource:
    return {
        "schemas": _SCHEMAS,
        **_attributes(task),
        "meta": {"resourceType": "Group"},
    }


def _references(member_ids: list[str]) -> list[dict[str, str | None]]:
    return [{"$ref": None, "value": member_id} for member_id in member_ids]
