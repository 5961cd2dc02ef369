"""Target attributes of mappings, such as ``emails[type eq "work"].value``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

_PATH = re.compile(
    r"(?:(?P<schema>urn:[\w.:-]+):)?(?P<attribute>\$?\w+)"
    r'(?:\[(?P<key>\w+) eq "(?P<choice>[^"]*)"\])?(?:\.(?P<sub>\$?\w+))?'
)

Resource = dict[str, Any]


class TargetError(Exception):
    """A target attribute cannot be read. The text says which."""


@dataclass(frozen=True)
class Target:
    """An attribute of the resource at the server, by its path."""

    path: str
    schema: str
    attribute: str
    key: str
    choice: str
    sub: str

    @classmethod
    def parse(cls, path: str) -> Target:
        """Return what a path names.

        Raises:
            TargetError: It is not in the form of Entra's target attributes.
        """
        match = _PATH.fullmatch(path)
        if match is None:
            raise TargetError(f"This is not a target attribute: {path}")
        parts = {name: value or "" for name, value in match.groupdict().items()}
        return cls(path=path, **parts)

    @property
    def is_filtered(self) -> bool:
        """Whether the path selects an element of a multi-valued attribute."""
        return bool(self.key)

    def read(self, resource: Resource) -> Any:
        """Return the value that a resource has, or None."""
        value = self._container(resource).get(self.attribute)
        if self.key:
            value = self._element(value)
        if self.sub:
            value = value.get(self.sub) if isinstance(value, dict) else None
        return value

    def write(self, resource: Resource, value: Any) -> None:
        """Put a value into the body of a POST."""
        container = resource
        if self.schema and self.schema != CORE:
            container = resource.setdefault(self.schema, {})
        if not self.key and not self.sub:
            container[self.attribute] = value
            return
        if not self.key:
            container.setdefault(self.attribute, {})[self.sub] = value
            return
        elements = container.setdefault(self.attribute, [])
        element = self._element(elements)
        if element is None:
            element = {self.key: _as_boolean(self.choice)}
            if self.choice == "work":
                # As in the request that Microsoft shows:
                # https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups#create-user
                element["primary"] = True
            elements.append(element)
        element[self.sub] = value

    def _container(self, resource: Resource) -> Resource:
        if not self.schema or self.schema == CORE:
            return resource
        extension = resource.get(self.schema)
        return extension if isinstance(extension, dict) else {}

    def _element(self, elements: Any) -> Resource | None:
        wanted = (self.choice, _as_boolean(self.choice))
        found: Resource
        for found in elements if isinstance(elements, list) else ():
            if found.get(self.key) in wanted:
                return found
        return None


def _as_boolean(text: str) -> Any:
    return {"True": True, "False": False}.get(text, text)
