"""A company moves to another tenant: by a merger, or for another country."""

from __future__ import annotations

from .applications import Application
from .directory import Principal
from .tenant import Tenant


def moved(tenant: Tenant, name: str = "") -> Tenant:
    """Return another tenant with the same people, groups and applications.

    All IDs are others: of the tenant, of people and groups, of applications. Names
    and addresses stay. What proves something to somebody does not move: client
    secrets, certificates and redirect URIs are to be entered anew, and provisioning
    is to be set up.
    """
    other = Tenant(name or tenant.name, clock=tenant.clock)
    people = {
        person: other.add_person(
            person.user_principal_name,
            mail="",
            is_guest=person.is_guest,
            profile=person.profile,
        )
        for person in tenant.people.values()
        if person.deleted_at is None
    }
    for person, same in people.items():
        same.profile = dict(person.profile)
        same.account_enabled = person.account_enabled
        same.manager = people.get(person.manager) if person.manager else None
    groups = {
        group: other.add_group(
            group.display_name, [people[one] for one in group.members if one in people]
        )
        for group in tenant.groups
    }
    principals: dict[Principal, Principal] = dict([*people.items(), *groups.items()])
    for application in tenant.applications:
        _move(application, other.add_application(application.display_name), principals)
    return other


def _move(
    application: Application,
    same: Application,
    principals: dict[Principal, Principal],
) -> None:
    app_roles = dict(zip(application.app_roles, same.app_roles, strict=False))
    for role in application.app_roles:
        if role not in app_roles:
            app_roles[role] = same.add_role(role.value or "", role.display_name)
    for assignment in application.assignments:
        if assignment.principal in principals:
            same.assign(
                principals[assignment.principal],
                app_roles[assignment.role] if assignment.role else None,
            )
    for role, one in app_roles.items():
        same.change_role(one, is_enabled=role.is_enabled)
