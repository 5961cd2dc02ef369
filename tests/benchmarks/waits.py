"""How long Entra's requests wait at most, each kind by itself, beside other work."""

from __future__ import annotations

import itertools
import threading
import time
from functools import partial

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entra_scim.connection import access_keys
from entra_scim.environments import emptying
from entra_scim.models import EnvironmentRole, ProvisionedUser
from entra_scim.roles import regrants
from entra_scim.story import events
from tests.benchmarks.__main__ import Caller, body
from tests.support.factories import make_environment

_BATCHES = 10  # seconds
_PATCHED = 50
_NUMBERS = itertools.count(time.time_ns() // 1000)


def caller_of(environment):
    _key, secret = access_keys.create(environment)
    return Caller(f"/scim/{environment.pk}/", secret)


def _requests(environment, caller):
    """Return what makes the next request of each kind."""
    people = list(
        ProvisionedUser.objects.for_environment(environment)
        .order_by("created")
        .values_list("pk", flat=True)[:_PATCHED]
    )
    paths = itertools.cycle(f"Users/{pk}" for pk in people)

    def patch():
        title = {"op": "replace", "path": "title", "value": f"T{next(_NUMBERS)}"}
        return caller.prepare("PATCH", next(paths), {"Operations": [title]})

    def look_up():
        name = f"person{next(_NUMBERS)}@nowhere.example"
        return caller.prepare("GET", "Users", filter=f'userName eq "{name}"')

    def create():
        return caller.prepare("POST", "Users", body(next(_NUMBERS)))

    return {"POST": create, "look-up": look_up, "PATCH": patch}


def beside(environment, caller, work):
    """Return how long some work took, and the longest wait of each kind of request."""
    longest, over = {}, threading.Event()

    def send_all(kind, prepare):
        try:
            while not over.is_set():
                send = prepare()
                started = time.perf_counter()
                send()
                waited = time.perf_counter() - started
                longest[kind] = max(waited, longest.get(kind, 0))
        finally:
            connection.close()

    others = [
        threading.Thread(target=send_all, args=one)
        for one in _requests(environment, caller).items()
    ]
    for other in others:
        other.start()
    try:
        started = time.perf_counter()
        work()
        taken = time.perf_counter() - started
    finally:
        over.set()
        for other in others:
            other.join()
    return taken, longest


def _changes_of_a_role(environment):
    """Return each change of a role that everybody holds, as work with its batches."""
    value = f"Viewer{environment.pk}"

    def change(**values):
        role = EnvironmentRole.objects.for_environment(environment).get(
            value__startswith=value
        )
        for name, one in values.items():
            setattr(role, name, one)
        role.save()

    def group():
        return Group.objects.create(name=f"Group {next(_NUMBERS)}")

    def make():
        EnvironmentRole.objects.create(
            environment=environment, value=value, group=group()
        )

    def remove():
        EnvironmentRole.objects.for_environment(environment).get(value=value).delete()

    return {
        "regrouped": lambda: change(group=group()),
        "renamed": lambda: change(value=f"{value}Former"),
        "renamed back": lambda: change(value=value),
        "deleted": remove,
        "made": make,
    }


def _by_admin(environment):
    admin = get_user_model().objects.filter(is_superuser=True).first()
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    options = environment._meta
    name = f"admin:{options.app_label}_{options.model_name}_delete"
    response = client.post(reverse(name, args=[environment.pk]), {"post": "yes"})
    assert response.status_code == 302, response.content


def _show(name, taken, longest):
    waits = ", ".join(f"{kind} {one:.2f} s" for kind, one in longest.items())
    print(f"{name}: {taken:.1f} s, longest waits: {waits}", flush=True)


def beside_roles(environment):
    """Print the waits beside each change of a role that everybody has, and its batches."""
    caller = caller_of(environment)
    _show("nothing", *beside(environment, caller, partial(time.sleep, _BATCHES)))
    for name, write in _changes_of_a_role(environment).items():
        answers = []

        def work(write=write, answers=answers):
            started = time.perf_counter()
            write()
            answers.append(time.perf_counter() - started)
            regrants.work(environment, seconds=_BATCHES)

        found = beside(environment, caller, work)
        _show(f"role {name}, answered after {answers[0]:.2f} s", *found)


def beside_ends(environments):
    """Print the waits beside what deletes very much, until the environments are gone.

    The last one is deleted in the admin, the others as the command does it.
    """
    bystander = make_environment(name="Bystander")
    caller = caller_of(bystander)
    for _number in range(_PATCHED):
        caller.prepare("POST", "Users", body(next(_NUMBERS)))()
    *others, last = environments
    works = [("all events pruned", partial(events.prune, timezone.now()))]
    works += [(f"{one} deleted", partial(emptying.delete, one)) for one in others]
    works.append((f"{last} deleted in the admin", partial(_by_admin, last)))
    for name, work in works:
        _show(name, *beside(bystander, caller, work))
    emptying.delete(bystander)
