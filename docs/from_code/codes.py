"""Codes that an administrator reads: events, findings, refusals, failed sign-ins."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import entra_scim
from entra_scim.diagnosis import findings
from entra_scim.diagnosis.items import Code
from entra_scim.exceptions import ProvisioningError
from entra_scim.explanations.sign_in_codes import EXPLANATIONS, OTHERWISE
from entra_scim.models import ProvisioningEvent
from entra_scim.scim.errors import status_of

from .definitions import DefinitionsDirective, Entry


class EventsDirective(DefinitionsDirective):
    """List each kind of event with what the administrator reads."""

    def entries(self) -> Iterator[Entry]:
        for kind in ProvisioningEvent.Kind:
            yield Entry(names=[kind.value], texts=[("", kind.label)])


class ErrorsDirective(DefinitionsDirective):
    """List each refusal of a request with its status, code and text."""

    def entries(self) -> Iterator[Entry]:
        for error in sorted(_refusals(), key=lambda one: one.code):
            yield Entry(
                names=[error.code], kind=_answer(error), texts=[("", error.message)]
            )


class FindingsDirective(DefinitionsDirective):
    """List each finding with what is wrong and what to do about it."""

    def entries(self) -> Iterator[Entry]:
        for subject in pkgutil.iter_modules(findings.__path__):
            module = import_module(f"{findings.__name__}.{subject.name}")
            for codes in vars(module).values():
                # What a module imports is another one's.
                if getattr(codes, "__module__", "") != module.__name__:
                    continue
                if isinstance(codes, type) and issubclass(codes, Code):
                    yield from map(_finding, codes)


class _Values(dict[str, object]):
    """What stands for the values that a text names."""

    def __missing__(self, name: str) -> str:
        return "…"


def _finding(code: Code) -> Entry:
    kind, values = code.kind, _Values(count=2)
    message, remedy = (str(text % values) for text in (kind.message, kind.remedy))
    return Entry(
        names=[code.value],
        kind="mailed too" if kind.notice else "",
        texts=[("", message), ("What to do:", remedy)],
    )


class SignInCodesDirective(DefinitionsDirective):
    """List what is said of each code that a sign-in can fail with."""

    def entries(self) -> Iterator[Entry]:
        unknown = {frozenset({"unknown"}): OTHERWISE}
        for codes, explanation in (EXPLANATIONS | unknown).items():
            yield Entry(
                names=sorted(codes, key=_place),
                kind="nobody can sign in" if explanation.urgent else "",
                texts=[
                    ("To the person:", explanation.person),
                    ("To the administrator:", explanation.administrator),
                ],
            )


def _place(code: str) -> tuple[bool, int, str]:
    """Return where a code stands among others: Microsoft's first, by number."""
    number = code.removeprefix("AADSTS")
    return (number == code, int(number) if number != code else 0, code)


def _refusals() -> Iterator[type[ProvisioningError]]:
    """Yield each refusal of the package that has a code of its own."""
    for module in pkgutil.walk_packages(entra_scim.__path__, "entra_scim."):
        if ".exceptions" in module.name:
            import_module(module.name)
    pending = [ProvisioningError]
    while pending:
        error = pending.pop()
        pending += error.__subclasses__()
        if "code" in vars(error) and error.__module__.startswith("entra_scim"):
            yield error


def _answer(error: type[ProvisioningError]) -> str:
    """Return the status and the scimType that a refusal is answered with."""
    # Some take arguments, which say nothing about the status.
    status, scim_type = status_of(error.__new__(error))
    return f"{int(status)} {scim_type or ''}".rstrip()
