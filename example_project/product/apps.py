"""The app of the example product."""

from __future__ import annotations

from django.apps import AppConfig


class ProductConfig(AppConfig):
    name = "example_project.product"
