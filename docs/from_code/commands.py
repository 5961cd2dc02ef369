"""The management commands with their arguments, as argparse knows them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from django.core.management import find_commands, load_command_class
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import entra_scim


class CommandsDirective(SphinxDirective):
    """List each command with its help and each of its arguments."""

    def run(self) -> list[nodes.Node]:
        folder = Path(entra_scim.__file__).parent / "management"
        lines: list[str] = []
        for name in sorted(find_commands(str(folder))):
            command = load_command_class("entra_scim", name)
            # Django's own options are those of every command.
            parser = argparse.ArgumentParser(prog=name, add_help=False)
            command.add_arguments(parser)
            lines += [f".. _{name}:", "", f".. rubric:: {name}", "", command.help, ""]
            lines += _described(parser)
        return self.parse_text_to_nodes("\n".join(lines))


def _described(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the usage of a command or of one of its actions, then its arguments."""
    actions = [
        action
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    for action in actions:
        told = {choice.dest: choice.help for choice in action._choices_actions}
        for name, subparser in action.choices.items():
            subparser.prog = f"{parser.prog} {name}"
            subparser.add_help = False
            yield from (_sentence(told[name] or ""), "")
            yield from _described(subparser)
    if actions:
        return
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    usage = usage.replace("[-h] ", "")
    yield from (".. code-block:: sh", "", f"   manage.py {usage}", "")
    yield from (f".. program:: {parser.prog}", "")
    for argument in parser._actions:
        if "--help" in argument.option_strings:
            continue
        names = ", ".join(argument.option_strings) or argument.dest
        if argument.option_strings and argument.nargs != 0:
            names += f" <{argument.metavar or argument.dest}>"
        yield from (f".. option:: {names}", "", f"   {_sentence(argument.help or '')}")
        if argument.choices:
            yield f"   One of {', '.join(f'``{one}``' for one in argument.choices)}."
        if argument.default not in (None, False, ""):
            yield f"   Default: ``{argument.default}``."
        yield ""


def _sentence(text: str) -> str:
    text = text.replace("*", r"\*").rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
