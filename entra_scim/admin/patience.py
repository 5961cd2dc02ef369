"""What Django's own admin does with our rows, in a transaction as ours are."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from entra_scim.database import transactions
from entra_scim.exceptions import Busy


def patiently(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer a request, and say so if the database gave it no turn.

    What is posted is one transaction, which is repeated after a deadlock. Whatever
    isolation the product has, it sees what Entra changed while it waited for a lock.
    """
    try:
        return transactions.repeated(view) if request.method == "POST" else view()
    except Busy as error:
        return busy(request, error)


def busy(request: HttpRequest, error: Busy) -> HttpResponse:
    """Tell what happened where the visitor was, and let them try again."""
    messages.error(request, str(error))
    return HttpResponseRedirect(request.get_full_path())
