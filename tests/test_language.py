"""The texts for people keep to one language: plain words, one word for one thing."""

from __future__ import annotations

import io
import re
import tokenize
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

PROSE = {
    "is not a": r"(?<!here )\b(?:is|are|was) no\b(?! longer)",
    "anyone who, or who": r"\b(?:Whoever|whoever)\b|(?:^|[.:;] )Whom\b|\bsomebody whom\b",
    "so that … not": r"\blest\b",
    "will": r"\b[Ss]hall\b",
    "unlink": r"\b[Ll]et(?:s|ting)? go of\b",
    "until then": r"\b[Mm]eanwhile\b",
    "time or date": r"\b[Mm]oments?\b",
    "loses access immediately": r"\bout at once\b",
    "create": r"\b(?:make|made|making|Make|Making) an? (?:new )?(?:key|role|secret|certificate)\b",
    "expires": r"\b(?:key|secret|certificate) (?:ends|is over)\b",
}
"""What neither documents nor docstrings nor comments say."""

DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "emulator").glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
]
PROGRAMS = [
    file
    for folder in ("entra_scim", "emulator", "example_project", "tests")
    for file in (ROOT / folder).rglob("*.py")
    if "node_modules" not in file.parts and ".venv" not in file.parts
]
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
ANY_PROSE = re.compile("|".join(PROSE.values()), re.MULTILINE)

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


def test_documents_keep_to_the_same_words():
    texts = {file: CODE.sub("", file.read_text("utf-8")) for file in DOCUMENTS}

    assert len(texts) > 50
    assert [found for file, text in texts.items() for found in misused(file, text)] == (
        []
    )


def test_so_do_docstrings_and_comments():
    texts = {file: file.read_text("utf-8") for file in PROGRAMS}

    assert len(texts) > 300
    assert [
        found
        for file, text in texts.items()
        if ANY_PROSE.search(text)  # Few have: reading tokens takes long.
        for found in misused(file, prose_of(text))
    ] == []


def misused(file, text):
    """Return what a text says that has another word, with that word."""
    return [
        (str(file.relative_to(ROOT)), found[0], instead)
        for instead, pattern in PROSE.items()
        for found in re.finditer(pattern, text, re.MULTILINE)
    ]


def prose_of(program):
    """Return the comments and docstrings of a program."""
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    return "\n".join(
        token.string.strip('#" ')
        for token in tokens
        if token.type == tokenize.COMMENT or token.string.startswith('"""')
    )


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_sentence_ends_in_what_has_a_full_stop_itself(name):
    """As times have, such as 1:15 p.m., and the first characters of a key have dots."""
    assert [
        text
        for entry in entries(name)
        for text in texts_of(entry)
        if re.search(r"%\((?:moment|time)\)s\.|%\(key\)s(?:\.| [A-Z])", text)
    ] == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_dutch_says_je(name):
    translations = [
        text
        for entry in entries(name)
        for text in (entry.msgstr_plural.values() or [entry.msgstr])
    ]
    assert [text for text in translations if FORMAL_DUTCH.search(text)] == []
