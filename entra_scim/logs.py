"""The package's log, which fails nothing that it tells of."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any, TypeVar

from django.utils.log import log_response

_Response = TypeVar("_Response")


class _Log(logging.LoggerAdapter[logging.Logger]):
    """A log that takes what its handlers raise for nothing.

    A handler of a product's may write into the database, and fail with it: the answer
    is that the database is not available, all the same.
    """

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        with suppress(Exception):
            super().log(level, msg, *args, stacklevel=2, **kwargs)


logger = _Log(logging.getLogger("entra_scim"))


def logged_as_warning(response: _Response, request: Any) -> _Response:
    """Return an answer with a status of 500 or more that no failure has led to.

    Django would log it as an error, and mail each of them to ``ADMINS``.
    """
    answer: Any = response
    log_response(
        "%s: %s",
        answer.reason_phrase,
        request.path,
        response=answer,
        request=request,
        level="warning",
    )
    return response
