"""A whole local Entra: its endpoints, its pages, and the jobs that provision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from . import pages
from .applications import Application, ClientSecret
from .identity import SigningKeys
from .provisioning.mappings import Mapping as MappingRow
from .provisioning_site import ProvisioningSite
from .tenant import Tenant

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class LocalEntra(ProvisioningSite):
    """The site with its pages: sign-in, the portal, and the provisioning of people.

    The pages are a Django project, so it runs in a process of its own: see
    :mod:`.process`. ``links`` are shown on every page: URLs by their names, such as the product's.
    """

    def __init__(
        self,
        tenants: Iterable[Tenant] = (),
        *,
        keys: SigningKeys | None = None,
        links: Mapping[str, str] | None = None,
    ) -> None:
        """Make the site.

        Raises:
            NotAlone: Django has other settings in this process.
        """
        self.links = dict(links or {})
        self.unseen_secrets: set[ClientSecret] = set()
        """Secrets that were made in the portal and not shown yet."""
        self.unsaved_mappings: dict[Application, tuple[MappingRow, ...]] = {}
        """Rows that were changed in the portal and not saved. Leaving the page drops them."""
        self.unshown_targets: dict[Application, str] = {}
        """Target attributes that were added, and are listed after a refresh only."""
        self._pages = pages.of(self)
        super().__init__(tenants, keys=keys)

    def other(self) -> WSGIApplication:
        """Return what answers with pages."""
        return self._pages
