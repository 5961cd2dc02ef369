"""The settings, as ``entra_scim.conf`` reads them."""

from __future__ import annotations

import inspect

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from entra_scim.conf import SETTINGS, Settings, conf


class SettingsDirective(SphinxDirective):
    """List each setting with its docstring and its default."""

    def run(self) -> list[nodes.Node]:
        lines = []
        for name, attribute in vars(Settings).items():
            setting = f"ENTRA_SCIM_{name}"
            if setting not in SETTINGS:
                continue
            lines += ["", f".. setting:: {setting}", ""]
            for line in (inspect.getdoc(attribute) or "").splitlines():
                lines.append(f"   {line}")
            default = getattr(conf, name)
            lines += [
                "",
                f"   Default: ``{default!r}``" if default else "   No default.",
            ]
        return self.parse_text_to_nodes("\n".join(lines))
