"""Environments, and what ties the other tables to them."""

from __future__ import annotations

from typing import Any, Self

from django.db import connections, models
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from entra_scim.conf import conf
from entra_scim.database.environment_model import AnyEnvironment


class EnvironmentScopedQuerySet(models.QuerySet[Any]):
    """The first step of every query: which environment may see these rows."""

    def for_environment(self, environment: AnyEnvironment) -> Self:
        """Return the rows of one environment only."""
        return self.filter(environment=environment)

    def of_each_user(self, environment: AnyEnvironment) -> Self:
        """Return the link that each user of an outer query has in one environment.

        To SQLite, the environment is a range of one: to the constraint that a user is
        linked once, it would add the row of each link, while the index of links has
        what is asked. MariaDB compares each link with both ends of a range.
        """
        is_sqlite = connections[self.db].vendor == "sqlite"
        lookups = ("gte", "lte") if is_sqlite else ("exact",)
        same = {f"environment__{lookup}": environment for lookup in lookups}
        return self.filter(user_id=OuterRef("pk"), **same)


def environment_foreign_key(*, db_index: bool = True) -> models.ForeignKey[Any, Any]:
    """Return the field that ties a row to its environment.

    It needs no ``db_index`` where another index begins with it, which each request
    of Entra's would have to write too.
    """
    return models.ForeignKey(
        conf.ENVIRONMENT_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=db_index,
        verbose_name=_("environment"),
    )


class Environment(models.Model):
    """The customer, for products that have no model of their own for it."""

    name = models.CharField(_("name"), max_length=200)

    class Meta:
        swappable = "ENTRA_SCIM_ENVIRONMENT_MODEL"
        verbose_name = _("environment")
        verbose_name_plural = _("environments")

    def __str__(self) -> str:
        return self.name
