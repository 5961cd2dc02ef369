"""Sessions of people who signed in with a password."""

from __future__ import annotations

from django.test import Client


def password_session(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def user_of(client):
    return client.get("/who/").json()["user"]
