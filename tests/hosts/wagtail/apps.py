"""Wagtail's users, with forms that leave to Entra what Entra manages."""

from __future__ import annotations

from wagtail.users.apps import WagtailUsersAppConfig


class People(WagtailUsersAppConfig):
    user_viewset = "tests.hosts.wagtail.people.PeopleViewSet"
