"""What the tests of the tab start from."""

from __future__ import annotations

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth import get_user_model

from tests.support.tab import administrator, client  # noqa: F401


@pytest.fixture
def model_admin(monkeypatch):
    """The product's user admin, to be changed as a product may."""

    class Changed:
        def __setattr__(self, name, value):
            registered = django_admin.site._registry[get_user_model()]
            monkeypatch.setattr(registered, name, value)

    return Changed()
