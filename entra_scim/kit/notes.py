"""What a run in the tab remembers for the next one: on the environment, not in a session."""

from __future__ import annotations

from typing import Any

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import EntraSetUp

from .program.run import Notebook
from .program.undo import is_known

Document = dict[str, Any]


def notebook_of(environment: AnyEnvironment) -> Notebook:
    """Return the notebook of an environment.

    Only who holds the environment writes in it, so nobody else's note is lost.
    """
    EntraSetUp.objects.get_or_create(environment=environment)
    rows = EntraSetUp.objects.for_environment(environment)

    def notes() -> list[str]:
        found: list[str] = rows.get().notes
        return found

    def forget(name: str) -> None:
        rows.update(notes=[one for one in notes() if one != name])

    def note(name: str) -> None:
        rows.update(notes=sorted({*notes(), name}))

    def keep(name: str, document: Document) -> str:
        """Keep the first of a name: what others come to is of our own making."""
        rows.update(kept={name: document, **rows.get().kept})
        return "the product"

    return Notebook(
        has=lambda name: name in notes(),
        note=note,
        forget=forget,
        keep=keep,
        first=lambda name: rows.get().kept.get(name),
    )


def can_undo(environment: AnyEnvironment) -> bool:
    """Tell whether runs made anything in Entra that can be taken back."""
    return is_known(notebook_of(environment))


def clear(environment: AnyEnvironment) -> None:
    """Forget all runs, once they were undone."""
    EntraSetUp.objects.for_environment(environment).update(notes=[], kept={})
