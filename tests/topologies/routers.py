"""Routers of products with more than one database."""

from __future__ import annotations


class ReadsFromReplica:
    """Sessions are read at once; everything else from a replica that is behind."""

    def db_for_read(self, model, **hints):
        return None if model._meta.app_label == "sessions" else "replica"

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, one, other, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == "default"


class PeopleElsewhere:
    """Sessions are in the default database, everything about people in another."""

    def db_for_read(self, model, **hints):
        return "default" if model._meta.app_label == "sessions" else "people"

    db_for_write = db_for_read

    def allow_migrate(self, db, app_label, **hints):
        return (db == "default") == (app_label == "sessions")
