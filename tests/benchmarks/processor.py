"""What statements cost the server of a database, whatever else the machine does.

On Linux, where the server runs on the same machine: its processor's time is read from
the kernel, in which no other work counts.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a statement took, in milliseconds, with all of its rows."""

    sql: str
    processor: float
    clock: float


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What some work asks of the database."""

    statements: list[Statement]

    @property
    def processor(self) -> float:
        return sum(one.processor for one in self.statements)

    @property
    def clock(self) -> float:
        return sum(one.clock for one in self.statements)

    @property
    def slowest(self) -> list[Statement]:
        return sorted(self.statements, key=lambda one: -one.processor)[:3]


def cost_of(work, rounds=3) -> Cost:
    """Do some work, and return what each SELECT of it costs if it is sent again.

    Again, since SQLite finds the rows of a statement when they are fetched.
    """
    with CaptureQueriesContext(connection) as queries:
        work()
    texts = [query["sql"] for query in queries]
    return Cost(
        statements=[
            _statement(sql, rounds)
            for sql in texts
            if sql.startswith(("SELECT", "(SELECT"))
        ]
    )


def _statement(sql, rounds):
    nanoseconds = _READERS[connection.vendor]()
    taken = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a parallel worker has a time of its own
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        for _round in range(rounds):
            started, clock = nanoseconds(), time.perf_counter()
            cursor.execute(sql)
            cursor.fetchall()
            ended = time.perf_counter()
            taken.append((nanoseconds() - started, ended - clock))
    processor, clock = zip(*taken, strict=True)
    return Statement(
        sql=sql,
        processor=statistics.median(processor) / 1e6,
        clock=statistics.median(clock) * 1000,
    )


def _own_thread():
    return time.thread_time_ns


def _of_thread(query):
    """Return a function that reads how long the connection's own thread has worked."""

    def reader():
        with connection.cursor() as cursor:
            cursor.execute(query)
            [number] = cursor.fetchone()
        spent = Path(f"/proc/{number}/schedstat")
        return lambda: int(spent.read_text().split()[0])

    return reader


_READERS = {
    "sqlite": _own_thread,
    "postgresql": _of_thread("SELECT pg_backend_pid()"),
    "mysql": _of_thread(
        "SELECT TID FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()"
    ),
}
