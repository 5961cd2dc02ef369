"""What a database means by an error, which each of them says in its own way.

PostgreSQL has SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html),
MariaDB numbers (https://mariadb.com/docs/server/reference/error-codes), and SQLite
result codes (https://sqlite.org/rescode.html).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db import (
    DatabaseError,
    Error,
    IntegrityError,
    InterfaceError,
    OperationalError,
)

from entra_scim.exceptions import NotStorable

_TRANSIENT = {
    "40001",  # serialization failure
    "40P01",  # deadlock
    "55P03",  # no lock within lock_timeout
    1020,  # the record has changed since the last read
    1205,  # no lock within innodb_lock_wait_timeout
    1213,  # deadlock
}
_TRANSIENT_IN_SQLITE = {5, 6}  # BUSY, LOCKED

_DUPLICATE = {"23505", 1062}

_NOT_STORABLE = {
    "22001",  # too long
    "22003",  # out of range
    "22021",  # not in the encoding
    "22P05",
    1264,  # out of range
    1267,  # not to be compared with what is in the column's character set
    1270,
    1271,
    1366,  # not in the character set
    1406,  # too long
}

# Classes of SQLSTATEs: connection, rollback, no resources, state of an object,
# intervention of an operator, system.
_UNAVAILABLE_CLASSES = {"08", "40", "53", "55", "57", "58"}
_UNAVAILABLE = {
    "25006",  # read-only
    1021,  # the disk is full
    1026,  # a file cannot be written
    1030,  # the storage engine fails, as on a full disk
    1036,  # the table is read-only
    1037,  # no memory is free
    1038,
    1040,  # no connection is free
    1041,  # no memory is free
    1047,  # the node is not ready, as of a Galera cluster
    1053,  # the server shuts down
    1114,  # the table is full, as a disk may be
    1129,  # this host is blocked
    1135,  # no thread is free
    1180,  # the commit failed
    1203,  # no connection is free for this account
    1206,  # no memory is free for locks
    1226,  # the account has used up its share
    1290,  # --read-only
    1297,  # the storage engine fails for now
    1317,  # interrupted
    1637,  # too many transactions
    1792,  # read-only transaction
    1836,  # read-only mode
    1927,  # the connection was killed
    1969,  # longer than max_statement_time
    2002,  # no server at this address
    2003,
    2006,  # the server has gone away
    2013,  # the connection was lost
    4031,  # disconnected for idleness
}
# READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL
_UNAVAILABLE_IN_SQLITE = {*_TRANSIENT_IN_SQLITE, 8, 9, 10, 13, 14, 15}


def is_transient(error: Error) -> bool:
    """Tell whether a transaction met another one, and works if it is done again."""
    return bool(
        _codes(error) & _TRANSIENT or _sqlite_code(error) in _TRANSIENT_IN_SQLITE
    )


def is_duplicate(error: IntegrityError) -> bool:
    """Tell whether a value that must be unique was there already."""
    return bool(_codes(error) & _DUPLICATE) or "UNIQUE constraint" in str(error)


def is_unavailable(error: Error) -> bool:
    """Tell whether the database does not serve anybody now, or not in time.

    Not so if the statement or the schema is wrong: that does not pass by itself.
    """
    codes = _codes(error)
    if is_transient(error) or codes & _UNAVAILABLE:
        return True
    if any(isinstance(one, str) and one[:2] in _UNAVAILABLE_CLASSES for one in codes):
        return True
    if (code := _sqlite_code(error)) is not None:
        return code in _UNAVAILABLE_IN_SQLITE
    # A driver that reached no server, or lost it, has no code of the server's.
    return not codes and isinstance(error, InterfaceError | OperationalError)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Say what is wrong with a value that a column cannot keep, such as an emoji in utf8mb3.

    Raises:
        NotStorable: It is so. It will not pass by itself.
    """
    try:
        yield
    except DatabaseError as error:
        if _codes(error) & _NOT_STORABLE:
            raise NotStorable from error
        raise


def _codes(error: Error) -> set[Any]:
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    number = error.args[0] if error.args else None
    return {
        *([state] if state else ()),
        *([number] if isinstance(number, int) and number else ()),
    }


def _sqlite_code(error: Error) -> int | None:
    code: int | None = getattr(error.__cause__, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # without what extends it
