"""Where the tab is a part of a product, and who may see and change it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest

from entra_scim.database.environment_model import AnyEnvironment, environment_named
from entra_scim.policy import get_policy


class Mount(Protocol):
    """What the pages of the tab ask the place that they are shown at."""

    frame: str
    """The template around each page. It has the blocks of ``entra_scim/tab/frame.html``."""

    def find(self, request: HttpRequest, captured: Mapping[str, Any]) -> AnyEnvironment:
        """Return the environment of a URL, if the visitor may see it.

        Raises:
            Http404: There is none, or the visitor must not learn whether there is.
            PermissionDenied: The visitor knows of it, and may not see its tab.
        """

    def may_change(self, request: HttpRequest, environment: AnyEnvironment) -> bool:
        """Tell whether the visitor may change anything of an environment's tab."""

    def named(self, environment: AnyEnvironment) -> dict[str, Any]:
        """Return the part of a URL that names an environment, as captured there."""

    def context(
        self, request: HttpRequest, environment: AnyEnvironment
    ) -> dict[str, Any]:
        """Return what the frame needs besides what every page gives it."""

    def note(
        self, request: HttpRequest, environment: AnyEnvironment, message: str
    ) -> None:
        """Note a change where the place keeps its own log."""


class OwnPages:
    """A settings area of the product's. Its policy says who may see and change what."""

    frame = "entra_scim/tab/frame.html"

    def find(self, request: HttpRequest, captured: Mapping[str, Any]) -> AnyEnvironment:
        environment = environment_named(str(captured["environment"]))
        if environment is None or not get_policy().may_view(request, environment):
            raise Http404
        return environment

    def may_change(self, request: HttpRequest, environment: AnyEnvironment) -> bool:
        return get_policy().may_change(request, environment)

    def named(self, environment: AnyEnvironment) -> dict[str, Any]:
        return {"environment": environment.pk}

    def context(
        self, request: HttpRequest, environment: AnyEnvironment
    ) -> dict[str, Any]:
        return {"messages": get_messages(request)}

    def note(
        self, request: HttpRequest, environment: AnyEnvironment, message: str
    ) -> None:
        """Events tell of it, and there is nothing else."""
