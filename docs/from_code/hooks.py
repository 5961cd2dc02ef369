"""The hooks of the policy class, and the rest of what a docstring says best."""

from __future__ import annotations

import inspect

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from entra_scim.policy import ProvisioningPolicy
from entra_scim.policy.shared_people import SharedPeople


class HooksDirective(SphinxDirective):
    """List each hook in one line, by the first sentence of its docstring."""

    def run(self) -> list[nodes.Node]:
        lines = []
        hooks = vars(ProvisioningPolicy) | vars(SharedPeople)
        for name, hook in hooks.items():
            if name.startswith("_"):
                continue
            says = (inspect.getdoc(hook) or "").splitlines()[0]
            lines.append(
                f"- :py:meth:`~entra_scim.policy.ProvisioningPolicy.{name}`: {says}"
            )
        return self.parse_text_to_nodes("\n".join(lines))
