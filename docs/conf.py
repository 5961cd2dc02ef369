"""How Sphinx builds the documentation: ``sphinx-build -W docs docs/_build``."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

import django
from django.conf import settings

sys.path.insert(0, str(Path(__file__).parent))

# The reference is read from the imported package, in a project with every default.
settings.configure(
    INSTALLED_APPS=[
        "entra_scim",
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
    ],
    SECRET_KEY="read by nobody",  # noqa: S106
)
django.setup()

project = "entra_scim"
author = "The entra_scim authors"
copyright = author
version = release = version_of("entra-scim")

extensions = ["from_code", "myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
# What is not ours has pages elsewhere, and nothing is fetched for a build.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!entra_scim\b).*")]

smartquotes = False  # they would change what is quoted from the code

html_theme = "furo"
html_title = "entra_scim"
html_copy_source = False
html_show_sphinx = False
