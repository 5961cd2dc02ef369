"""The texts for people keep to one language: plain words, one word for one thing."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = {
    "entra_scim": ROOT / "entra_scim/locale/nl/LC_MESSAGES/django.po",
    "local Entra": ROOT / "emulator/entra_emulator/locale/nl/LC_MESSAGES/django.po",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")

UNUSED_ENGLISH = {
    "is not a": r"\b(?:is|are|was) no\b(?! longer)",
    "immediately, or several at a time": r"\bat once\b",
    "create": r"\b(?:make|made|making) an? (?:new )?(?:key|role|secret|certificate)",
    "create a role": r"\b(?:make|Make) (?:the )?role\b",
    "time or date": r"\bmoments?\b",
    "anyone who, or who": r"\bwhoever\b|^Whom\b|\bsomebody whom\b",
    "so that … not": r"\blest\b",
    "will, or a question": r"\b[Ss]hall\b|^Did\b[^?]*$",
    "unlink": r"\blet(?:s|ting)? go of\b",
    "until then": r"\bmeanwhile\b",
    "refused request": r"\bSomething went wrong\b",
    "turn off Entra sign-in": r"\b[Dd]eactivat\w+ the integration\b",
    "expire": r"\b(?:key|secret|certificate) (?:ends|is over)\b",
}
"""What is not written, by what is written in its place."""

FORMAL_DUTCH = re.compile(r"\b(?:[Uu]w?|[Mm]en)\b")


def entries(name):
    return polib.pofile(str(CATALOGUES[name]))


def texts_of(entry):
    return [entry.msgid, *([entry.msgid_plural] if entry.msgid_plural else [])]


@pytest.mark.parametrize("name", CATALOGUES)
def test_one_word_for_one_thing(name):
    found = [
        (text, instead)
        for entry in entries(name)
        for text in texts_of(entry)
        for instead, pattern in UNUSED_ENGLISH.items()
        if re.search(pattern, PLACEHOLDER.sub("", text))
    ]
    assert found == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_dutch_says_je(name):
    translations = [
        text
        for entry in entries(name)
        for text in (entry.msgstr_plural.values() or [entry.msgstr])
    ]
    assert [text for text in translations if FORMAL_DUTCH.search(text)] == []
