"""One step of the plan at a time, from a server: the way that needs no script.

A step is done within one request, and nothing waits in it: where Graph asks for
patience, the step is done again by a later request. What a run has found is a document
of plain values, which its caller keeps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.secrecy.hiding import Secret, without_variables

from . import notes, problems
from .program.graph import LONGEST_PAUSE, Graph, Transport
from .program.registration import CONSENT_LEFT
from .program.run import SAVED, Options, Run
from .program.steps import STEPS, UNDO
from .program.undo import undo

Document = dict[str, Any]

PERMISSIONS = (
    "Application.ReadWrite.All",
    "Synchronization.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
)
"""Delegated permissions that the steps need. Nobody keeps them once a run has ended."""

_MOST_ATTEMPTS = 24


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """What a run leaves in the product."""

    access_key: Callable[[], str]
    """Returns an access key for Entra; the same until it was saved there."""
    keep_secret: Callable[[Document, Secret, str], None]
    """Saves a client secret, with what was found and the day that it expires."""


class Postponed(Exception):
    """Graph asks for patience: the step has to be done again later."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def new_run(plan: Document) -> Document:
    """Return the document of a run that has not begun."""
    return {
        "next": 0,
        "attempts": 0,
        "found": {},
        "is_fresh": False,
        "has_new_key": False,
        "said": [],
        "problem": "",
        "pause": 0,
        "needs_consent": False,
        "is_expired": False,
        "total": len(plan["steps"]),
    }


def is_done(state: Document) -> bool:
    """Tell whether all steps of a run are done."""
    return bool(state["next"] >= state["total"])


# The steps travel in a script, and know no hidden text.
@without_variables
def advance(
    environment: AnyEnvironment,
    plan: Document,
    state: Document,
    transport: Transport,
    keeper: Keeper,
) -> Document:
    """Do the next step of a run, and return how it stands after that.

    A problem ends up in ``problem``: the step can be done again after it was solved.
    """
    step = plan["steps"][state["next"]]
    after = {**state, "problem": "", "pause": 0, "found": dict(state["found"])}
    after["is_expired"] = False
    run = _run(environment, plan, after, transport, keeper, check=False)
    try:
        STEPS[step["name"]](run)
    except Postponed as later:
        attempts = after["attempts"] = state["attempts"] + 1
        if attempts >= _MOST_ATTEMPTS:
            after |= {"attempts": 0, "problem": str(problems.too_long())}
        else:
            after["pause"] = later.seconds
    except problems.TROUBLE as trouble:
        after |= {"attempts": 0, "problem": str(problems.of(step, trouble))}
        after["is_expired"] = getattr(trouble, "status", None) == 401
    else:
        after |= {"attempts": 0, "next": state["next"] + 1}
    after["is_fresh"] = run.graph.is_fresh
    after["has_new_key"] = run.has_new_key
    if step["name"] == "consent":
        after["needs_consent"] = CONSENT_LEFT in run.differences
    if run.differences:
        after["said"] = [*state["said"], *run.differences]
    return after


def differences(
    environment: AnyEnvironment,
    plan: Document,
    transport: Transport,
) -> tuple[list[str], str]:
    """Return what differs in Entra from the plan, and what kept from looking, if any.

    Nothing is changed. Where Graph asks for patience, there is no second attempt.
    """
    nobody = Keeper(access_key=lambda: "", keep_secret=lambda *_values: None)
    run = _run(environment, plan, new_run(plan), transport, nobody, check=True)
    for step in plan["steps"]:
        try:
            STEPS[step["name"]](run)
        except Postponed:
            return run.differences, str(problems.too_busy())
        except problems.TROUBLE as trouble:
            return run.differences, str(problems.of(step, trouble))
        if "app" not in run.found:
            break
    return run.differences, ""


def take_back(environment: AnyEnvironment, plan: Document, transport: Transport) -> str:
    """Take back what the runs made, and return what kept from it, if anything.

    What is undone stays undone: it can be done again, to its end.
    """
    nobody = Keeper(access_key=lambda: "", keep_secret=lambda *_values: None)
    run = _run(environment, plan, new_run(plan), transport, nobody, check=True)
    try:
        undo(run)
    except Postponed:
        return str(problems.too_busy())
    except problems.TROUBLE as trouble:
        return str(problems.of(UNDO, trouble))
    if "app" not in run.found:
        return str(problems.nothing_there())
    notes.clear(environment)
    return ""


def consent_address(plan: Document, found: Document) -> str:
    """Return where somebody with more rights consents for everybody."""
    tenant = found.get("tenant") or "organizations"
    query = urlencode({"client_id": found.get("appId", "")})
    return f"{plan['signIn']}/{tenant}/adminconsent?{query}"


def _run(
    environment: AnyEnvironment,
    plan: Document,
    state: Document,
    transport: Transport,
    keeper: Keeper,
    *,
    check: bool,
) -> Run:
    notebook = notes.notebook_of(environment)
    has = notebook.has
    said: list[str] = []
    found = state["found"]

    def postpone(seconds: float) -> None:
        raise Postponed(
            max(seconds, min(seconds * 2 ** state["attempts"], LONGEST_PAUSE))
        )

    # A job that runs has credentials that work.
    notebook = replace(
        notebook, has=lambda name: "runs" in found if name == SAVED else has(name)
    )
    graph = Graph(transport, 5, said.append, sleep=postpone, rest=lambda _seconds: None)
    graph.is_fresh = state["is_fresh"]
    return Run(
        plan=plan,
        # What it has no secret of, it cannot get from Entra: it takes a new one.
        options=Options(check=check, new_secret=plan["needsSecret"] and not check),
        graph=graph,
        notebook=notebook,
        ask_key=keeper.access_key,
        say=said.append,
        show_secret=lambda value, ends: keeper.keep_secret(found, Secret(value), ends),
        found=found,
        has_new_key=state["has_new_key"],
    )
