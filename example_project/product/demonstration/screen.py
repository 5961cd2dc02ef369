"""What the demo shows in the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from django.core.management.base import OutputWrapper
from django.core.management.color import Style

from example_project.product.models import User

WIDTH = 88

People = dict[int, dict[str, Any]]


class Screen:
    """Tell a story in a terminal: headings, sentences, requests, what they did."""

    def __init__(self, stdout: OutputWrapper, style: Style) -> None:
        self._stdout = stdout
        self._style = style

    def write(self, text: str = "") -> None:
        """Write a line as it is."""
        self._stdout.write(text)
        self._stdout.flush()

    def heading(self, text: str) -> None:
        """Begin a part."""
        self.write()
        self.write(self._style.MIGRATE_HEADING(text))

    def say(self, text: str, indent: str = "", hang: str | None = None) -> None:
        """Write a sentence, in lines that fit."""
        self.write(
            textwrap.fill(
                text,
                WIDTH,
                initial_indent=indent,
                subsequent_indent=indent if hang is None else hang,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )

    def request(self, line: str, status: int) -> None:
        """Write a request with the status of its answer."""
        style = self._style.SUCCESS if status < 400 else self._style.WARNING
        self.write(f"{_cut(line, WIDTH - 6)}  " + style(str(status)))

    def changes(self, before: People) -> None:
        """Tell what has become of people since a look at them."""
        for line in _changes(before, people()):
            self.say(f"→ {line}", indent="    ", hang="      ")


def people() -> People:
    """Return everybody, as the product knows them now."""
    return {
        user.pk: {
            "username": user.username,
            "e-mail": user.email,
            "name": user.get_full_name(),
            "active": "yes" if user.is_active else "no",
            "groups": ", ".join(sorted(group.name for group in user.groups.all()))
            or "none",
        }
        for user in User.objects.order_by("pk").prefetch_related("groups")
    }


def _changes(before: People, after: People) -> Iterator[str]:
    if before == after:
        yield "nobody changed"
    for primary_key, person in after.items():
        former = before.get(primary_key)
        if former is None:
            details = ", ".join(f"{key} {value}" for key, value in person.items())
            yield f"new person: {details}"
        for key, value in person.items():
            if former is not None and former[key] != value:
                yield f"{former['username']}: {key} was {former[key]}, is {value}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
