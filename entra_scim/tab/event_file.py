"""The story of events as a file for spreadsheets."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from entra_scim.story.sentences import sentence_of

from .events import EventsPage

MOST = 10_000
"""How many events a file has."""

_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)
"""What a spreadsheet takes for the beginning of a formula."""


class EventsFile(EventsPage):
    """Gives out the events that the filter shows, in its order."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": "attachment; "
                f'filename="entra-events-{self.environment.pk}.csv"'
            },
        )
        response.write("\ufeff")  # or Excel takes it for another encoding
        writer = csv.writer(response)
        writer.writerow(
            [_("Date"), _("What"), _("times"), _("By"), _("Access key"), _("Reference")]
        )
        for event in self.events()[:MOST].iterator():
            writer.writerow(
                _harmless(str(value))
                for value in (
                    event.at.isoformat(timespec="seconds"),
                    sentence_of(event),
                    event.count,
                    event.actor,
                    event.key_hint,
                    event.correlation_id,
                )
            )
        return response


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet runs: names come from a directory."""
    return f"'{text}" if text.startswith(_FORMULA) else text
