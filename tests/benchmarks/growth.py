"""How the costs of an environment grow with its people, and how long others wait.

Run it against a database that ``tests.benchmarks.tab`` has filled, with the numbers
of the environments that it printed: ``python -m tests.benchmarks.growth 1 2``. It
deletes them at the end.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils import timezone

from entra_scim.activation import shut_out
from entra_scim.database.environment_model import environment_named
from entra_scim.models import EntraConnection, ProvisionedUser
from tests.benchmarks import waits
from tests.benchmarks.processor import cost_of
from tests.benchmarks.waits import caller_of


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environments", nargs="+")
    parser.add_argument("--keep", action="store_true", help="delete nothing")
    parser.add_argument("--reads", action="store_true", help="measure no waits")
    arguments = parser.parse_args()
    settings.DEBUG = False
    settings.ROOT_URLCONF = "tests.benchmarks.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    environments = [environment_named(key) for key in arguments.environments]
    table = {}
    for environment in environments:
        people = ProvisionedUser.objects.for_environment(environment).count()
        EntraConnection.objects.for_environment(environment).update(
            activated_at=timezone.now(), confirmed_at=timezone.now()
        )
        table.setdefault("people", []).append(people)
        for name, work in reads(environment, caller_of(environment), people).items():
            table.setdefault(name, []).append(cost_of(work, rounds=5))
    print(f"{'people':24}", *(f"{number:>20}" for number in table.pop("people")))
    for name, costs in table.items():
        cells = (f"{one.processor:9.1f}, {one.clock:6.1f} ms" for one in costs)
        print(f"{name:24}", *cells, flush=True)
    if not arguments.reads:
        waits.beside_roles(environments[-1])
        if not arguments.keep:
            waits.beside_ends(environments)


if __name__ == "__main__":
    main()
