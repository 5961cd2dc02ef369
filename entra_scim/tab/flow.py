"""The set-up as one flow: its stages, in the order in which an administrator goes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from entra_scim.diagnosis.progress import SetUpStep, Step


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What an administrator does in one go, with its input and its proof."""

    number: int
    name: str
    title: str | Promise
    is_done: bool
    comes_next: bool
    """Whether it is to be done now, perhaps beside others."""

    is_open: bool
    """Whether it is unfolded: it comes next, or has a mistake to correct."""

    details: list[str]


_STAGES: dict[str, tuple[str | Promise, tuple[SetUpStep, ...]]] = {
    "connection": (
        gettext_lazy("Create the application, and copy its IDs"),
        (SetUpStep.IDS,),
    ),
    "keys": (
        gettext_lazy("Connect provisioning with an access key"),
        (SetUpStep.ACCESS_KEY, SetUpStep.CONTACT),
    ),
    "roles": (gettext_lazy("Create roles, here and in Entra"), (SetUpStep.ROLES,)),
    "mapping": (gettext_lazy("Map attributes"), (SetUpStep.MAPPING,)),
    "people": (
        gettext_lazy("Assign people, and start provisioning"),
        (SetUpStep.PEOPLE,),
    ),
    "test": (
        gettext_lazy("Grant consent, create a client secret, and test the sign-in"),
        (SetUpStep.CREDENTIALS, SetUpStep.TEST),
    ),
    "activation": (gettext_lazy("Replace passwords"), (SetUpStep.ACTIVE,)),
}

_BESIDE: dict[SetUpStep, tuple[SetUpStep, ...]] = {
    # Roles may be created once their values have arrived.
    SetUpStep.ROLES: (SetUpStep.MAPPING,),
    # Nobody can tell a right mapping before somebody arrives with it.
    SetUpStep.MAPPING: (SetUpStep.PEOPLE,),
}
"""What can only be proved by what comes after it, and is shown with that."""


def next_step(steps: Collection[Step]) -> Step | None:
    """Return what to do next, or None if everything is done."""
    return next((step for step in steps if not (step.done or step.waits)), None)


def stages_of(steps: Collection[Step], mistakes: Collection[str]) -> dict[str, Stage]:
    """Return the stages by name. ``mistakes`` names those with a form to correct."""
    by_code = {step.code: step for step in steps}
    following = next_step(steps)
    now = {following.code, *_BESIDE.get(following.code, ())} if following else set()
    stages = {}
    for number, (name, (title, codes)) in enumerate(_STAGES.items(), start=1):
        found = [by_code[code] for code in codes]
        comes_next = any(step.code in now and not step.done for step in found)
        stages[name] = Stage(
            number=number,
            name=name,
            title=title,
            is_done=all(step.done for step in found),
            comes_next=comes_next,
            is_open=comes_next or name in mistakes,
            details=[step.detail for step in found if step.detail],
        )
    return stages


def titles() -> dict[str, dict[str, str | Promise]]:
    """Return the titles of the stages, for a page that knows no environment's state."""
    return {name: {"title": title} for name, (title, _codes) in _STAGES.items()}


def stage_of(step: Step) -> str:
    """Return the name of the stage that a step belongs to."""
    return next(name for name, (_title, codes) in _STAGES.items() if step.code in codes)
