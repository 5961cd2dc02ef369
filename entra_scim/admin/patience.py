"""What Django's own admin does with our rows, in a transaction as ours are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from entra_scim.database import transactions
from entra_scim.exceptions import Busy


def patiently(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer a request, and say so if the database gave it no turn.

    What is posted is one transaction, which is repeated after a deadlock. Whatever
    isolation the product has, it sees what Entra changed while it waited for a lock.
    What was said of an attempt that failed goes with it: "was changed" is not true.
    """
    said: list[Any] = getattr(messages.get_messages(request), "_queued_messages", [])
    first = len(said)

    def attempt() -> HttpResponse:
        del said[first:]
        return view()

    try:
        return transactions.repeated(attempt) if request.method == "POST" else view()
    except Busy as error:
        del said[first:]
        return busy(request, error)
    except Exception:
        del said[first:]
        raise


def busy(request: HttpRequest, error: Busy) -> HttpResponse:
    """Tell what happened where the visitor was, and let them try again."""
    messages.error(request, str(error))
    return HttpResponseRedirect(request.get_full_path())
