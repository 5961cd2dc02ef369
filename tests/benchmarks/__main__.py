"""Measure each operation against a hand-written minimal view."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.conf import settings
from django.test.utils import CaptureQueriesContext, override_settings

django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.client import RequestFactory

from entra_scim.connection import access_keys
from entra_scim.models import ProvisionedUser
from tests.support.factories import RoleFactory, make_environment
from tests.support.population import body, fill

AIMS = {"read": 1.5, "write": 2.0}


class Caller:
    """Send requests into the WSGI application, as a server would."""

    def __init__(self, base, secret):
        self.base = base
        self._factory = RequestFactory(headers={"authorization": f"Bearer {secret}"})
        self._application = get_wsgi_application()

    def prepare(self, method, path, sent=None, **query):
        """Return a function that sends a request and checks that it went well."""
        data = query if method == "GET" else json.dumps(sent)
        request = getattr(self._factory, method.lower())(
            self.base + path, data, content_type="application/scim+json"
        )

        def send():
            statuses = []
            response = self._application(
                # The server takes the key out of it.
                {**request.environ},
                lambda status, headers: statuses.append(status),
            )
            content = b"".join(response)
            response.close()
            assert statuses[0].startswith("2"), (statuses, content)

        return send


def operations(people, numbers):
    """Return the operations to measure: kind, and the request for a caller."""
    first, last = people[0], people[-1]

    def patch(value):
        return {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "title", "value": value}],
        }

    name = last.attributes["userName"]
    return {
        "GET by id": ("read", lambda c: c.prepare("GET", f"Users/{first.pk}")),
        "GET by userName": (
            "read",
            lambda c: c.prepare("GET", "Users", filter=f'userName eq "{name}"'),
        ),
        "GET page of 100": ("read", lambda c: c.prepare("GET", "Users", count=100)),
        "PATCH, no change": (
            "write",
            lambda c: c.prepare("PATCH", f"Users/{first.pk}", patch("Engineer")),
        ),
        "PATCH title": (
            "write",
            lambda c: c.prepare(
                "PATCH", f"Users/{last.pk}", patch(f"Title {next(numbers)}")
            ),
        ),
        "POST": (
            "write",
            lambda c: c.prepare("POST", "Users", body(next(numbers))),
        ),
    }


def measure(prepare, callers, rounds):
    """Return the seconds of each round of each caller, taken in turns."""
    taken = {caller: [] for caller in callers}
    for _ in range(rounds):
        for caller in callers:
            send = prepare(caller)
            started = time.perf_counter()
            send()
            taken[caller].append(time.perf_counter() - started)
    return taken.values()


def statements(send):
    with CaptureQueriesContext(connection) as collected:
        send()
    return len(collected)


def run(people, rounds):
    contoso, fabrikam = (make_environment(name=name) for name in ("One", "Two"))
    RoleFactory(environment=contoso, value="Viewer")
    print(f"{connection.vendor}: 2 environments of {people} people, {rounds} rounds")
    fill(contoso, people, "contoso.example")
    fill(fabrikam, people, "fabrikam.example")
    _key, secret = access_keys.create(contoso)
    bases = (f"/scim/{contoso.pk}/", "/floor/")
    callers = [Caller(base, secret) for base in bases]
    links = ProvisionedUser.objects.for_environment(contoso)
    cast = [links.first(), links.last()]
    numbers = itertools.count(10 * people + 1)
    print(
        f"{'':18}{'req/s':>8}{'median':>9}{'95 %':>9}{'SQL':>5}"
        f"   {'floor':>9}{'SQL':>5}{'ratio':>8}{'aim':>6}"
    )
    for name, (kind, prepare) in operations(cast, numbers).items():
        measure(prepare, callers, rounds // 10 + 1)
        ours, floor = measure(prepare, callers, rounds)
        median, least = statistics.median(ours), statistics.median(floor)
        counts = [statements(prepare(caller)) for caller in callers]
        print(
            f"{name:18}{len(ours) / sum(ours):8.0f}{median * 1000:6.2f} ms"
            f"{sorted(ours)[int(len(ours) * 0.95)] * 1000:6.2f} ms{counts[0]:5}"
            f"   {least * 1000:6.2f} ms{counts[1]:5}"
            f"{median / least:8.2f}{AIMS[kind]:6.1f}"
        )


def main():
    parser = argparse.ArgumentParser(description="Measure the SCIM endpoint.")
    parser.add_argument("--people", type=int, default=1000, help="in each environment")
    parser.add_argument("--rounds", type=int, default=300, help="of each operation")
    options = parser.parse_args()
    assert not settings.DEBUG
    name = connection.creation.create_test_db(verbosity=0)
    try:
        with override_settings(
            ROOT_URLCONF="tests.benchmarks.urls",
            ALLOWED_HOSTS=["testserver"],
            DEBUG_PROPAGATE_EXCEPTIONS=True,
        ):
            run(options.people, options.rounds)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
