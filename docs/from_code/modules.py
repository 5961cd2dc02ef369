"""What each package and module is for, by the first sentence of its docstring."""

from __future__ import annotations

import ast
import pkgutil
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import entra_scim


class ModulesDirective(SphinxDirective):
    """List the packages of entra_scim with their modules."""

    def run(self) -> list[nodes.Node]:
        return [_listed(Path(entra_scim.__file__).parent)]


def _listed(folder: Path) -> nodes.bullet_list:
    found = nodes.bullet_list()
    modules = sorted(
        pkgutil.iter_modules([str(folder)]), key=lambda one: (one.ispkg, one.name)
    )
    for module in modules:
        if module.name in ("__main__", "migrations"):
            continue
        place = folder / module.name
        source = place / "__init__.py" if module.ispkg else place.with_suffix(".py")
        documented = ast.get_docstring(ast.parse(source.read_text("utf-8"))) or ""
        text = nodes.paragraph()
        text += nodes.literal(text=module.name)
        if documented:
            sentence = " ".join(documented.partition("\n\n")[0].split())
            text += nodes.Text(f": {sentence.replace('``', '')}")
        item = nodes.list_item("", text)
        if module.ispkg and (inside := _listed(place)).children:
            item += inside
        found += item
    return found
