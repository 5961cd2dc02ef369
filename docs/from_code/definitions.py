"""Lists of names that can be linked to, each with what it means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One or several names with one meaning."""

    names: Sequence[str]
    """The first is the anchor."""
    kind: str = ""
    """What it is, in a word."""
    texts: Sequence[tuple[str, object]]
    """Paragraphs, each behind a label that may be empty."""


class DefinitionsDirective(SphinxDirective):
    """Superclass of directives that list what the code defines."""

    def entries(self) -> Iterable[Entry]:
        """Yield what the list consists of."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        found = nodes.definition_list()
        for entry in self.entries():
            item = nodes.definition_list_item("", _term(entry))
            self.set_source_info(item)
            if entry.kind:
                item += nodes.classifier(text=entry.kind)
            item += nodes.definition("", *_paragraphs(entry))
            found += item
        return [found]


def _term(entry: Entry) -> nodes.term:
    found = nodes.term(ids=[nodes.make_id(entry.names[0])])
    for number, name in enumerate(entry.names):
        if number:
            found += nodes.Text(", ")
        found += nodes.literal(text=name)
    return found


def _paragraphs(entry: Entry) -> Iterable[nodes.paragraph]:
    for label, text in entry.texts:
        if not text:
            continue
        found = nodes.paragraph()
        if label:
            found += nodes.emphasis(text=label)
            found += nodes.Text(" ")
        found += nodes.Text(str(text))
        yield found
