"""The steps that lead from what is found in Entra to what the plan wants.

Each reads first, and writes only what differs: a second run changes nothing, and one
that was stopped is completed by the next. The plan says for each step which
permission it needs, what to do if it fails, and where Microsoft describes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import application, changes, provisioning, registration
from .graph import Refusal
from .run import Document, Run, Stop
from .undo import undo

STEPS: dict[str, Callable[[Run], None]] = {
    "application": application.find_application,
    "registration": registration.set_registration,
    "assignment": registration.require_assignment,
    "template": provisioning.find_template,
    "find_job": provisioning.find_job,
    "credentials": provisioning.save_credentials,
    "job": provisioning.make_job,
    "schema": provisioning.set_schema,
    "start": provisioning.start,
    "proof": registration.prove,
    "consent": registration.consent,
}

UNKNOWN_FORM = (KeyError, TypeError, AttributeError, IndexError, ValueError)
"""What a step raises where Graph's answer is not what Microsoft describes."""


def walk(run: Run) -> None:
    """Go through all steps in their order.

    Raises:
        Stop: A step could not be done; the text says which, why, and what to do.
    """
    table = run.plan["steps"]
    for number, step in enumerate(table, 1):
        run.say(f"{number}/{len(table)} {step['title']}")
        with _stopping(step):
            STEPS[step["name"]](run)
        if "app" not in run.found:
            run.differences += [f"{later['title']}" for later in table[number:]]
            run.say("The rest follows from that.")
            return


UNDO: Document = {
    "title": "Undo",
    "permission": "Application.ReadWrite.All and Synchronization.ReadWrite.All",
    "remedy": "Wait a few minutes.",
}


def take_back(run: Run) -> None:
    """Undo what the runs made that the notebook is of.

    Raises:
        Stop: Something could not be undone; the text says what, why, and what to do.
    """
    with _stopping(UNDO):
        undo(run)


@contextmanager
def _stopping(step: Document) -> Iterator[None]:
    """Stop with the name of a step, and with what to do, if it cannot be done."""
    try:
        yield
    except Refusal as refusal:
        raise Stop(_explained(step, refusal)) from None
    except (changes.Unsuitable, Stop) as reason:
        raise Stop(f"{step['title']}: {reason}") from None
    except UNKNOWN_FORM as error:
        raise Stop(
            f"{step['title']}: Graph answered in a form that this script does not "
            f"know ({error!r}). Do this step by hand, with the tab's guide."
        ) from None


def is_about_a_licence(refusal: Refusal) -> bool:
    """Tell whether no role or permission helps, since the directory has not paid for it.

    https://learn.microsoft.com/en-us/graph/resolve-auth-errors
    """
    text = refusal.text.lower()
    return refusal.status == 403 and ("premium" in text or "license" in text)


def _explained(step: Document, refusal: Refusal) -> str:
    text = (
        f"{step['title']}: Graph answered {refusal.status or 'nothing'}: {refusal.text}"
    )
    if refusal.status == 401:
        text += (
            " Your sign-in has expired: sign in again (az login), or give a new token "
            "(--token)."
        )
    elif is_about_a_licence(refusal):
        text += (
            " The directory lacks a licence for this: ask who manages its licences for "
            "Microsoft Entra ID P1."
        )
    elif refusal.status == 403:
        text += (
            f" It needs the role Application Administrator, and a token with the "
            f"permission {step['permission']}. If you have the role, run this again with "
            "--token: Graph Explorer and Connect-MgGraph give such tokens."
        )
    else:
        text += f" {step['remedy']}"
    return f"{text} What is done stays done: run this again to go on."
