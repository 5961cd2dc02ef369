"""Notice what a product does inside a transaction that no rollback undoes.

Mail by Django is taken, and not sent. Of what else leaves the process, Python's audit
events tell (PEP 578), where they are raised: connections of libraries in C are not seen.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from types import FrameType
from typing import Any

import django
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.test.utils import override_settings

_ADVICE = (
    "inside the transaction, which may be undone or repeated: do it with "
    "transaction.on_commit(), or from a signal of entra_scim."
)
_INSTALLED = tuple(
    sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")
)
_EVENTS: dict[str, Callable[..., str]] = {
    "socket.connect": lambda _socket, address: f"connects to {_written(address)}",
    "socket.getaddrinfo": lambda host, *_rest: f"connects to {host}",
    "subprocess.Popen": lambda program, *_rest: f"starts {program}",
    "os.system": lambda command: f"starts {command}",
}


@dataclass
class SideEffects:
    """What was noticed."""

    mails: list[Any] = field(default_factory=list)
    calls: dict[str, str] = field(default_factory=dict)
    """What the product's code did first, by its name."""

    def problems(self) -> list[str]:
        """Return what is wrong with them, in sentences."""
        found = [f"{who} {what} {_ADVICE}" for who, what in self.calls.items()]
        if self.mails:
            subjects = ", ".join(repr(str(mail.subject)) for mail in self.mails)
            found.append(f"Mail is sent ({subjects}) {_ADVICE}")
        return found


_noticed: ContextVar[SideEffects | None] = ContextVar(
    "entra_scim_side_effects", default=None
)


class KeptBack(BaseEmailBackend):
    """Takes mails, and sends none."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        noticed = _noticed.get()
        if noticed is not None:
            noticed.mails.extend(email_messages)
        return len(email_messages)


@contextmanager
def noticed() -> Iterator[SideEffects]:
    """Notice what is done within the context."""
    _listen()
    found = SideEffects()
    token = _noticed.set(found)
    try:
        with override_settings(**_mail_kept_back()):
            yield found
    finally:
        _noticed.reset(token)


def _mail_kept_back() -> dict[str, Any]:
    """Return the settings of Django by which each mail is taken, and none is sent."""
    backend = f"{KeptBack.__module__}.{KeptBack.__qualname__}"
    # Where a product has them, Django 6.1 asks no other setting, and earlier ones do not.
    has_mailers = django.VERSION >= (6, 1) and hasattr(settings, "MAILERS")
    return (
        {"MAILERS": {alias: {"BACKEND": backend} for alias in settings.MAILERS}}
        if has_mailers
        else {"EMAIL_BACKEND": backend}
    )


@cache
def _listen() -> None:
    """Ask Python to tell us. There is no way to ask it to stop."""
    sys.addaudithook(_hear)


def _hear(  # pragma: no cover - Python traces no audit hook
    event: str, arguments: tuple[Any, ...]
) -> None:
    if event not in _EVENTS:
        return
    found = _noticed.get()
    if found is not None:
        who = _who(sys._getframe(1))
        found.calls.setdefault(who, _EVENTS[event](*arguments))


def _who(frame: FrameType | None) -> str:  # pragma: no cover - as _hear
    """Return the name of the product's code that Django or we have called.

    The innermost, since a hook of the policy saves, and a receiver is called then.
    """
    who = "Your product"
    while frame is not None and frame.f_back is not None:
        if not _is_framework(frame) and _is_framework(frame.f_back):
            who = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}"
            if not frame.f_code.co_filename.startswith(_INSTALLED):
                break
        frame = frame.f_back
    return who


def _is_framework(frame: FrameType) -> bool:  # pragma: no cover - as _hear
    name = str(frame.f_globals.get("__name__"))
    return name.partition(".")[0] in ("django", "entra_scim", "contextlib")


def _written(address: Any) -> str:  # pragma: no cover - as _hear
    return ":".join(map(str, address[:2])) if isinstance(address, tuple) else address
