"""Random operations of Entra, in both dialects, against what the rules say."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from entra_scim.connection import access_keys
from entra_scim.models import EnvironmentRole, ProvisionedUser
from tests.support.client import ScimClient
from tests.support.factories import UserFactory, make_environment

NAMES = st.sampled_from(["ann", "bob", "eve", "Eve", "zoe"])
ROLES = st.lists(st.sampled_from(["A", "B", "C", "A,B", "msiam_access"]), unique=True)
KNOWN = ("A", "B")


def address(name):
    return f"{name}@contoso.example"


class Entra(RuleBasedStateMachine):
    """What Entra does to a server, and a model of the people as they should be."""

    resources = Bundle("resources")

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        environment = make_environment(name="Contoso")
        _key, secret = access_keys.create(environment)
        base = reverse("entra_scim:base", kwargs={"environment_id": environment.pk})
        self.scim = ScimClient(base, secret)
        for value in KNOWN:
            EnvironmentRole.objects.create(
                environment=environment,
                value=value,
                group=Group.objects.create(name=value),
            )
        UserFactory(email=address("ann"), environment=environment)
        self.admin = UserFactory(
            email=address("bob"), environment=environment, is_superuser=True
        )
        # By lower-case name: (active, groups); people whom nobody provisioned.
        self.users = {"ann": (True, set()), "bob": (True, set())}
        # By resource id: the person as Entra sees them.
        self.linked = {}
        self.released = {}
        # By resource id: the name that was refused, since a colleague has it.
        self.wishes = {}

    def teardown(self):
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def granted(self, person):
        if not person["active"]:
            return set()
        values = {part for role in person["roles"] for part in role.split(",")}
        return values & set(KNOWN)

    @rule(target=resources, name=NAMES, oid=st.sampled_from("xyz"), roles=ROLES)
    def post(self, name, oid, roles):
        key = name.lower()
        response = self.scim.post(
            "/Users",
            {
                "userName": address(name),
                "externalId": oid,
                "active": True,
                "roles": [{"value": role} for role in roles],
            },
        )
        taken = any(
            person["name"].lower() == key or person["oid"] == oid
            for person in self.linked.values()
        )
        former = self.released.get(key)
        if taken or key == "bob" or (former is not None and former != oid):
            assert response.status_code == 409, response.content
            return None
        assert response.status_code == 201, response.content
        resource_id = response.json()["id"]
        self.released.pop(key, None)
        person = {"name": name, "oid": oid, "active": True, "roles": roles}
        self.linked[resource_id] = person
        self.users[key] = (True, self.granted(person))
        return resource_id

    @rule(resource_id=resources, active=st.booleans(), flagged=st.booleans())
    def activate(self, resource_id, active, flagged):
        if resource_id is None:
            return
        value = active if flagged else str(active)
        response = self.scim.patch(
            f"/Users/{resource_id}",
            {
                "op": "replace" if flagged else "Replace",
                "path": "active",
                "value": value,
            },
        )
        if resource_id not in self.linked:
            assert response.status_code == 404
            return
        assert response.json()["active"] is active
        self.change(resource_id, active=active)

    @rule(resource_id=resources, roles=ROLES, flagged=st.booleans())
    def assign(self, resource_id, roles, flagged):
        if resource_id is None:
            return
        items = [
            {"value": role}
            if flagged
            else {"value": json.dumps({"id": "0", "value": role, "displayName": role})}
            for role in roles
        ]
        response = self.scim.patch(
            f"/Users/{resource_id}", {"op": "Replace", "path": "roles", "value": items}
        )
        if resource_id not in self.linked:
            assert response.status_code == 404
            return
        assert response.status_code == 200
        self.change(resource_id, roles=roles)

    @rule(resource_id=resources, name=NAMES, active=st.sampled_from([None, False]))
    def rename(self, resource_id, name, active):
        if resource_id is None or resource_id not in self.linked:
            return
        person = self.linked[resource_id]
        operations = [{"op": "Replace", "path": "userName", "value": address(name)}]
        if active is False:
            operations.append({"op": "Replace", "path": "active", "value": "False"})
        response = self.scim.patch(f"/Users/{resource_id}", *operations)
        key, former = name.lower(), person["name"].lower()
        taken = key != former and key in self.users
        if taken and active is None:
            exchange = self.exchange(resource_id, name)
            assert response.status_code == (200 if exchange else 409), response.content
            self.rename_all(exchange)
            if not exchange and self.holder_of(key) is not None:
                self.wishes[resource_id] = name
            return
        assert response.status_code == 200, response.content
        if not taken:
            self.rename_all({resource_id: name})
        if active is False:
            self.change(resource_id, active=False)

    @rule(
        resource_id=resources,
        active=st.sampled_from([None, True, False]),
        roles=st.none() | ROLES,
    )
    def put(self, resource_id, active, roles):
        if resource_id is None or resource_id not in self.linked:
            return
        person = self.linked[resource_id]
        body = {"userName": address(person["name"]), "externalId": person["oid"]}
        if active is not None:
            body["active"] = active
        if roles is not None:
            body["roles"] = [{"value": role} for role in roles]
        response = self.scim.put(f"/Users/{resource_id}", body)
        assert response.status_code == 200, response.content
        kept = person["active"] if active is None else active
        self.change(resource_id, active=kept, roles=roles or [])

    @rule(name=NAMES, active=st.booleans())
    def let_in_or_out_by_hand(self, name, active):
        key = name.lower()
        if key == "bob" or key not in self.users:
            return
        users = get_user_model().objects.filter(email__iexact=address(name))
        assert users.update(is_active=active) == 1
        self.users[key] = (active, self.users[key][1])

    @rule(resource_id=consumes(resources))
    def delete(self, resource_id):
        if resource_id is None:
            return
        response = self.scim.delete(f"/Users/{resource_id}")
        if resource_id not in self.linked:
            assert response.status_code == 404
            return
        assert response.status_code == 204
        person = self.linked.pop(resource_id)
        self.wishes.pop(resource_id, None)
        self.users[person["name"].lower()] = (False, set())
        self.released[person["name"].lower()] = person["oid"]

    def holder_of(self, key):
        """Return the resource of the person whose name has a key."""
        holders = (
            resource_id
            for resource_id, person in self.linked.items()
            if person["name"].lower() == key
        )
        return next(holders, None)

    def exchange(self, resource_id, name):
        """Return who gets which name, if each gets what they wish, else nobody."""
        names = {resource_id: name}
        holder = self.holder_of(name.lower())
        while holder is not None and holder not in names:
            if holder not in self.wishes:
                return {}
            names[holder] = self.wishes[holder]
            holder = self.holder_of(names[holder].lower())
        return names if holder == resource_id else {}

    def rename_all(self, names):
        former = {one: self.linked[one]["name"].lower() for one in names}
        accounts = {one: self.users.pop(former[one]) for one in names}
        for one, name in names.items():
            self.users[name.lower()] = accounts[one]
            if name.lower() != former[one]:
                self.wishes.pop(one, None)
        for one, name in names.items():
            self.change(one, name=name)

    def change(self, resource_id, **changes):
        person = self.linked[resource_id]
        was_active = person["active"]
        person.update(changes)
        key = person["name"].lower()
        active = person["active"]
        if was_active and active:
            # Entra says nothing new; who was put out by hand stays out.
            active = self.users[key][0]
        self.users[key] = (active, self.granted(person))

    @invariant()
    def the_product_is_as_the_rules_say(self):
        found = {
            user.email.partition("@")[0].lower(): (
                user.is_active,
                {group.name for group in user.groups.all()},
            )
            for user in get_user_model().objects.prefetch_related("groups")
        }
        assert found == self.users
        assert {
            str(pk) for pk in ProvisionedUser.objects.values_list("pk", flat=True)
        } == (set(self.linked))

    @invariant()
    def entra_sees_what_it_sent(self):
        listed = {
            resource["id"]: resource
            for resource in self.scim.get("/Users").json()["Resources"]
        }
        for resource_id, person in self.linked.items():
            resource = listed[resource_id]
            assert resource["userName"] == address(person["name"])
            assert resource["active"] is person["active"]
            assert {role["value"] for role in resource.get("roles", ())} == set(
                person["roles"]
            )

    @invariant()
    def the_admin_is_as_ever(self):
        self.admin.refresh_from_db()
        assert self.admin.is_active
        assert self.admin.is_superuser
        assert self.admin.check_password("secret")


@pytest.mark.django_db
def test_random_operations():
    """Whatever Entra does, people are as the rules say."""
    run_state_machine_as_test(
        Entra,
        settings=settings(
            max_examples=settings.default.max_examples // 2,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
