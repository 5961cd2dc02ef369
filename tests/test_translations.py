"""Every text is translated."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation.template import templatize

import entra_scim
from entra_scim.exceptions import AddressExempt

PACKAGE = Path(entra_scim.__file__).parent
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
IN_TEMPLATE = re.compile(
    r" (?:_|n?gettext)\((u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))"
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def messages():
    """Return every text of the package that is marked for translation."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in GETTEXT
            ):
                assert isinstance(node.args[0], ast.Constant), file
                yield node.args[0].value
    for file in PACKAGE.rglob("*.html"):
        for literal in IN_TEMPLATE.findall(templatize(file.read_text("utf-8"))):
            yield ast.literal_eval(literal)


@pytest.fixture
def dutch():
    file = PACKAGE / "locale/nl/LC_MESSAGES/django.po"
    return {entry.msgid: entry for entry in polib.pofile(str(file))}


def test_every_text_is_translated(dutch):
    """No text is missing in Dutch, none is left over, and none is a guess."""
    assert dutch.keys() == set(messages())
    assert [entry.msgid for entry in dutch.values() if not entry.translated()] == []


def test_placeholders_are_kept(dutch):
    """A translation has the same values in it."""
    for entry in dutch.values():
        translations = entry.msgstr_plural.values() or [entry.msgstr]
        for text in translations:
            assert sorted(PLACEHOLDER.findall(entry.msgid)) == sorted(
                PLACEHOLDER.findall(text)
            )


def test_refusals_speak_dutch():
    """The translations are compiled when the package is installed."""
    with translation.override("nl"):
        assert "Admin" in str(AddressExempt())
        assert "toewijzing" in str(AddressExempt())
