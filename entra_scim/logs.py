"""The package's log, which fails nothing that it tells of."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any


class _Log(logging.LoggerAdapter[logging.Logger]):
    """A log that takes what its handlers raise for nothing.

    A handler of a product's may write into the database, and fail with it: the answer
    is that the database is not available, all the same.
    """

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        with suppress(Exception):
            super().log(level, msg, *args, stacklevel=2, **kwargs)


logger = _Log(logging.getLogger("entra_scim"))
