"""What an administrator is told: each code once, with its texts and a place."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from django.utils import translation

from entra_scim.diagnosis import activation_obstacles, findings, progress
from entra_scim.diagnosis.findings.registry import SUBJECTS
from entra_scim.diagnosis.items import Code, Place
from entra_scim.tab.places import ADDRESSES


def subjects():
    """Return the modules of findings."""
    return [
        importlib.import_module(f"{findings.__name__}.{module.name}")
        for module in pkgutil.iter_modules(findings.__path__)
        if module.name != "registry"
    ]


def codes_of(module):
    """Return the codes that a module defines."""
    enums = [
        one
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, Code)
        and one.__module__ == module.__name__
    ]
    return [code for enum in enums for code in enum]


EVERY_CODE = [
    code
    for module in [*subjects(), activation_obstacles, progress]
    for code in codes_of(module)
]


def test_every_subject_is_asked():
    """A module that nobody lists would tell nothing."""
    assert {subject.__module__ for subject in SUBJECTS} == {
        module.__name__ for module in subjects()
    }
    assert len(SUBJECTS) == len({*SUBJECTS})


def test_a_code_means_one_thing():
    codes = [str(code) for module in subjects() for code in codes_of(module)]
    codes += [str(code) for code in codes_of(activation_obstacles)]

    assert len(codes) == len({*codes}) > 20


@pytest.mark.parametrize("code", EVERY_CODE, ids=str)
def test_texts_are_sentences_in_both_languages(code):
    """They end as sentences do, unless they are the title of a step, or a list."""
    for language in ("en", "nl"):
        with translation.override(language):
            item = code.item(count=2, date="1 May", key="k", code="AADSTS1")
            notice = str(code.kind.notice) % {
                "environment": "Contoso",
                "date": "1 May",
                "key": "k",
                "code": "AADSTS1",
            }
            assert "%" not in f"{item.message}{item.remedy}{notice}"
            if not isinstance(code, progress.SetUpStep):
                assert str(item.message).endswith((".", ":"))
            assert str(item.remedy)[-1:] in ("", ".")


def test_every_place_has_an_address():
    assert {*ADDRESSES} == {*Place}
