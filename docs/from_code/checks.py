"""The system checks, read from the source: their texts are made where they apply."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from sphinx.errors import ExtensionError

from entra_scim import checks

from .definitions import DefinitionsDirective, Entry

_LEVELS = {"Critical", "Error", "Info", "Warning"}
_FILLED_IN = "…"
"""In place of what only a project can tell."""


@dataclass(frozen=True, order=True)
class Message:
    """What a check may say."""

    identifier: str
    level: str
    text: str
    hint: str


class ChecksDirective(DefinitionsDirective):
    """List each message of the checks with its level, text and hint."""

    def entries(self) -> Iterator[Entry]:
        for message in sorted(set(_messages())):
            yield Entry(
                names=[message.identifier],
                kind=message.level.lower(),
                texts=[("", message.text), ("What to do:", message.hint)],
            )


def _messages() -> Iterator[Message]:
    for info in pkgutil.walk_packages(checks.__path__, f"{checks.__name__}."):
        module = import_module(info.name)
        source = inspect.getsource(module)
        found = list(_messages_of(module, ast.parse(source)))
        missed = set(re.findall(r"entra_scim\.[CEIW]\d{3}", source)) - {
            message.identifier for message in found
        }
        if missed:
            raise ExtensionError(f"{info.name}: no text is read for {sorted(missed)}.")
        yield from found


def _messages_of(module: ModuleType, tree: ast.Module) -> Iterator[Message]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if not (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id in _LEVELS
            ):
                continue
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            texts = _Texts(module, function)
            yield Message(
                texts.read(named["id"]),
                call.func.id,
                texts.read(call.args[0]),
                texts.read(named["hint"]),
            )


class _Texts:
    """Read the texts of a function without running it."""

    def __init__(self, module: ModuleType, function: ast.FunctionDef) -> None:
        self._module = module
        self._function = function

    def read(self, node: ast.expr) -> str:
        match node:
            case ast.Constant():
                return str(node.value)
            case ast.JoinedStr():
                return "".join(self.read(part) for part in node.values)
            case ast.FormattedValue(value=value, conversion=conversion):
                text = self.read(value)
                return repr(text) if conversion == ord("r") else text
            case ast.Name(id=name):
                return self._named(name)
        return _FILLED_IN

    def _named(self, name: str) -> str:
        constant = getattr(self._module, name, None)
        if isinstance(constant, str):
            return constant
        assigned = [
            self.read(statement.value)
            for statement in ast.walk(self._function)
            if isinstance(statement, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == name for t in statement.targets)
        ]
        texts = [text for text in assigned if text != _FILLED_IN]
        return " Or: ".join(texts) or _FILLED_IN
