"""Routers of products, which send reads to where there is nothing."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from entra_scim.conf import conf


class OursFromAReplica:
    """Reads of our models go to a database that is not there: each would fail."""

    def db_for_read(self, model, **hints):
        return "replica" if model._meta.app_label == "entra_scim" else None


class AllFromAReplica(OursFromAReplica):
    """Reads of people, groups and environments too."""

    def db_for_read(self, model, **hints):
        theirs = (
            Group,
            get_user_model(),
            get_user_model().groups.through,
            apps.get_model(conf.ENVIRONMENT_MODEL),
        )
        return "replica" if model in theirs else super().db_for_read(model, **hints)


class PeopleElsewhere:
    """People are in another database."""

    def db_for_write(self, model, **hints):
        return "people" if model is get_user_model() else None

    db_for_read = db_for_write
