"""Instances of models out of rows, without what Django does for arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from django.db import models
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

Maker = Callable[[str, Sequence[Any]], Any]
"""Makes an instance of a database's alias and the values of some attributes."""


def maker(model: type[models.Model], names: Sequence[str]) -> Maker:
    """Return what makes instances of a model, as ``from_db`` does.

    Attributes that are not among the names are read when somebody asks. Where the
    product has a say in how instances are made, it is ``from_db`` itself.
    """
    names = list(names)

    def by_django(alias: str, values: Sequence[Any]) -> Any:
        return model.from_db(alias, names, values)

    if not _is_made_as_usual(model, names):
        return by_django

    def made(alias: str, values: Sequence[Any]) -> Any:
        if pre_init.has_listeners(model) or post_init.has_listeners(model):
            return by_django(alias, values)
        instance: Any = model.__new__(model)
        attributes = instance.__dict__
        attributes["_state"] = state = ModelState()
        state.adding = False
        state.db = alias
        attributes.update(zip(names, values, strict=True))
        return instance

    return made


def _is_made_as_usual(model: Any, names: Sequence[str]) -> bool:
    return (
        model.__init__ is models.Model.__init__
        and model.__new__ is object.__new__
        and model.__setattr__ is object.__setattr__
        and model.from_db.__func__ is models.Model.from_db.__func__  # type: ignore[attr-defined]
        and all(
            type(inspect.getattr_static(model, name))
            in (DeferredAttribute, ForeignKeyDeferredAttribute)
            for name in names
        )
    )
