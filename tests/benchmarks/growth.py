"""How the costs of an environment grow with its people, in ratios of one run.

Run it against a database that ``tests.benchmarks.tab`` has filled, with the numbers
of the environments that it printed: ``python -m tests.benchmarks.growth 1 2``. It
deletes them at the end.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import threading
import time
from functools import partial

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from entra_scim.activation import shut_out
from entra_scim.connection import access_keys
from entra_scim.database.environment_model import environment_named
from entra_scim.environments import emptying
from entra_scim.models import EntraConnection, EnvironmentRole, ProvisionedUser
from entra_scim.roles import regrants
from entra_scim.story import events
from tests.benchmarks.__main__ import Caller, body
from tests.support.factories import make_environment

_BATCHES = 10  # seconds
_NUMBERS = itertools.count(time.time_ns() // 1000)


def seconds(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def typical(work, rounds=5):
    return statistics.median(seconds(work) for _ in range(rounds))


def reads(environment, caller, people):
    """Return what is only looked at, by its name."""
    domain = f"env{environment.pk}.example"
    deep = people * 9 // 10

    def listing(**query):
        return caller.prepare("GET", "Users", **query)

    return {
        "who is locked out": lambda: shut_out.by_activation(environment),
        "first page of 100": listing(count=100),
        "page at 90 %": listing(count=100, startIndex=deep),
        "one person at 90 %": listing(count=1, startIndex=deep),
        "by displayName": listing(filter='displayName eq "Person 77"'),
        "by two keys": listing(
            filter=f'userName eq "person7@{domain}" or displayName eq "Person 8"'
        ),
        "changed since": listing(filter='meta.lastModified gt "2100-01-01T00:00:00Z"'),
        "sorted by userName": listing(sortBy="userName", count=100),
        "wrong password": lambda: authenticate(
            username=f"person7@{domain}", password="wrong"
        ),
    }


def beside(caller, work):
    """Return how long some work took, and the longest wait of people created beside it."""
    waits, over = [], threading.Event()

    def create():
        while not over.is_set():
            send = caller.prepare("POST", "Users", body(next(_NUMBERS)))
            waits.append(seconds(send))
        connection.close()

    other = threading.Thread(target=create)
    other.start()
    try:
        taken = seconds(work)
    finally:
        over.set()
        other.join()
    return taken, max(waits)


def change_of_a_role(environment, caller):
    """Return how long the answer takes to a change of a role that everybody holds.

    And the longest wait of somebody that Entra creates while batches follow.
    """
    role = EnvironmentRole.objects.get(value=f"Viewer{environment.pk}")
    role.group = Group.objects.create(name=f"Group {next(_NUMBERS)}")
    answers = []

    def work():
        answers.append(seconds(role.save))
        regrants.work(environment, seconds=_BATCHES)

    _taken, longest = beside(caller, work)
    return answers[0], longest


def caller_of(environment):
    _key, secret = access_keys.create(environment)
    return Caller(f"/scim/{environment.pk}/", secret)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environments", nargs="+")
    parser.add_argument("--keep", action="store_true", help="delete nothing")
    arguments = parser.parse_args()
    settings.DEBUG = False
    settings.ROOT_URLCONF = "tests.benchmarks.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    table = {}
    for key in arguments.environments:
        environment = environment_named(key)
        people = ProvisionedUser.objects.for_environment(environment).count()
        caller = caller_of(environment)
        EntraConnection.objects.for_environment(environment).update(
            activated_at=timezone.now(), confirmed_at=timezone.now()
        )
        table.setdefault("people", []).append(people)
        for name, work in reads(environment, caller, people).items():
            table.setdefault(name, []).append(typical(work))
        names = ("a role of all changed", "longest wait of a POST")
        for name, taken in zip(
            names, change_of_a_role(environment, caller), strict=True
        ):
            table.setdefault(name, []).append(taken)
    if not arguments.keep:
        bystander = make_environment(name="Bystander")
        elsewhere = caller_of(bystander)
        # What others wait anyway, on a machine that has other work too.
        ends = {"nothing done": partial(time.sleep, _BATCHES)}
        ends["all events pruned"] = lambda: events.prune(timezone.now())
        for key in arguments.environments:
            gone = partial(emptying.delete, environment_named(key))
            ends[f"environment {key} deleted"] = gone
        for name, work in ends.items():
            taken, longest = beside(elsewhere, work)
            print(f"{name}: {taken:.1f} s, longest wait of others {longest:.2f} s")
        emptying.delete(bystander)
    print(f"{'people':24}", *(f"{number:12}" for number in table.pop("people")))
    for name, taken in table.items():
        cells = (f"{1000 * one:9.1f} ms" for one in taken)
        print(f"{name:24}", *cells, f"{taken[-1] / taken[0]:8.1f}")


if __name__ == "__main__":
    main()
