"""Secrets stay out of reports of errors, whatever makes these.

Django's ``sensitive_variables`` works for Django's own reports and without ``DEBUG``
only. Services that collect errors read the variables of every frame themselves, the
frames of libraries included.
"""

from __future__ import annotations

import functools
import hmac
import traceback
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec, TypeVar

from django.views.debug import get_default_exception_reporter_filter

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_COPIES_OF_THE_URL = ("RAW_URI", "REQUEST_URI")

HIDDEN = "********************"


class Secret:
    """A text that shows itself only where somebody asks for it.

    Not a ``str``: whatever prints, logs or serializes those would show it.
    """

    __slots__ = ("_text",)

    def __init__(self, text: Secret | str) -> None:
        self._text: str = text._text if isinstance(text, Secret) else text

    def reveal(self) -> str:
        """Return the text itself. Keep it in no variable that outlives the call."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret | str):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), Secret(other)._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: Any) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        # Sessions and caches would keep it in the open.
        raise TypeError("A secret is kept encrypted, or not at all.")


def without_variables(
    function: Callable[_Parameters, _Result],
) -> Callable[_Parameters, _Result]:
    """Clear the variables of all frames that an exception leaves a function by.

    For functions that have a secret in the open, or give it to a library. The report
    still says in which lines it happened. What their callers hold stays as it is.
    """

    @functools.wraps(function)
    def wrapper(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            _clear(error)
            raise

    return wrapper


def hide_query(request: Any) -> None:
    """Move the query of a URL to where nothing that reports a request shows it."""
    if not request.META.get("QUERY_STRING"):
        return
    request._entra_scim_query = Secret(request.META["QUERY_STRING"])
    for name in _COPIES_OF_THE_URL:
        if name in request.META:
            request.META[name] = request.META[name].partition("?")[0]
    request.META["QUERY_STRING"] = ""
    request.GET = type(request.GET)("")


@without_variables
def hidden_query(request: Any) -> Any:
    """Return the query that was hidden; an empty one, if there was none."""
    hidden: Secret = getattr(request, "_entra_scim_query", Secret(""))
    return type(request.GET)(hidden.reveal())


def hide_in_reports(request: Any) -> None:
    """Let reports about a request hide all that was posted, always.

    With ``DEBUG`` too, where Django shows it: test systems are connected to real
    directories.
    """
    request.sensitive_post_parameters = "__ALL__"
    configured: Any = type(get_default_exception_reporter_filter())
    request.exception_reporter_filter = _strict(configured)()


@functools.cache
def _strict(configured: Any) -> Any:
    """Return the filter that the host configured, always active."""

    def is_active(self: Any, request: Any) -> bool:
        return True

    return type("StrictFilter", (configured,), {"is_active": is_active})


def _clear(error: BaseException) -> None:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            # Frames that still run are left as they are, with their callers' values.
            traceback.clear_frames(one.__traceback__)
            waiting += [one.__cause__, one.__context__]
