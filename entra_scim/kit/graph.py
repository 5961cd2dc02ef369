"""Microsoft Graph over HTTP, with the token of the person who signed in for it."""

from __future__ import annotations

from typing import Any

from entra_scim.connection.calls import ProviderDown, call
from entra_scim.secrecy.hiding import Secret, without_variables

from .program.graph import LONGEST_PAUSE, NO_ANSWER, Refusal

Document = dict[str, Any]

_PATIENCE = 30.0
"""Seconds for one answer: Entra asks the product itself before it takes an access key."""


class GraphOverHttp:
    """Sends requests to Graph with the token of the person who signed in for it."""

    def __init__(self, graph: str, token: Secret) -> None:
        self._graph = graph
        self._token = token

    @without_variables
    def __call__(self, method: str, path: str, body: Any) -> Document:
        try:
            answer = call(
                method,
                f"{self._graph}/v1.0{path}",
                document=body,
                headers={"Authorization": Secret(f"Bearer {self._token.reveal()}")},
                within=_PATIENCE,
            )
        except ProviderDown as error:
            raise Refusal(NO_ANSWER, str(error)) from None
        if answer.status >= 400:
            problem = answer.document.get("error")
            told = problem if isinstance(problem, dict) else {}
            raise Refusal(
                answer.status,
                f"{told.get('code')}: {told.get('message')}"[:400],
                _seconds(answer.retry_after),
            )
        return answer.document


def _seconds(text: str) -> float:
    """Return what Retry-After says in seconds; 0 if it says a date, or nothing."""
    return min(float(text), LONGEST_PAUSE) if text.isdecimal() else 0.0
