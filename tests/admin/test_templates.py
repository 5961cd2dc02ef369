"""Our templates, and the admin page of an environment that we make ready."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.template.loader import render_to_string

import entra_scim
from entra_scim.conf import conf

pytestmark = pytest.mark.django_db


def test_a_template_variable_that_does_not_exist_fails_every_test():
    """Else a sentence of the interface would have a hole, and nobody would see it."""
    with pytest.raises(AssertionError, match=r"finding.html has no value for"):
        render_to_string("entra_scim/tab/finding.html", {})


def test_so_does_one_in_a_condition():
    """Which Django takes for nothing, so that a sentence would never be there."""
    finding = {"message": "No.", "remedy": "Do.", "details": ()}

    with pytest.raises(AssertionError, match=r"no value for finding.links"):
        render_to_string("entra_scim/tab/finding.html", {"finding": finding})


def test_dates_have_one_form_in_all_templates():
    """The reader's own, by Django's formats."""
    folder = Path(entra_scim.__file__).parent / "templates"
    formats = {
        found
        for file in folder.rglob("*.html")
        for found in re.findall(r'\|date(?::"(\w[^"]*)")?', file.read_text())
    }

    assert formats <= {"DATETIME_FORMAT", "DATE_FORMAT", "c"}


def test_a_single_environment_has_its_admin_ready_made():
    """Products without a model of their own."""
    from entra_scim.admin import EntraEnvironmentMixin
    from entra_scim.models import Environment

    registered = django_admin.site._registry.get(apps.get_model(conf.ENVIRONMENT_MODEL))
    assert isinstance(registered, EntraEnvironmentMixin)
    if Environment._meta.label != conf.ENVIRONMENT_MODEL:
        assert Environment not in django_admin.site._registry
