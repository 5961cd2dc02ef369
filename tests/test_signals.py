"""What a product is told of, and when."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.dispatch import receiver

from entra_scim import signals
from tests.support.factories import RoleFactory
from tests.support.policies import create

pytestmark = pytest.mark.django_db


class TestSignals:
    @pytest.fixture
    def heard(self):
        """What is sent, in order."""
        heard = []

        def hear(name):
            def note(sender, **kwargs):
                kwargs.pop("signal")
                heard.append((name, kwargs))

            return note

        receivers = {}
        for name in dir(signals):
            if name.startswith(("user_", "roles_")):
                receivers[name] = hear(name)
                getattr(signals, name).connect(receivers[name])
        yield heard
        for name, function in receivers.items():
            getattr(signals, name).disconnect(function)

    def test_tell_each_change(
        self, scim, contoso, heard, django_capture_on_commit_callbacks
    ):
        """After the commit, with the person and the environment."""
        RoleFactory(environment=contoso, value="Viewer")

        def done(call):
            heard.clear()
            with django_capture_on_commit_callbacks(execute=True):
                response = call()
            return response

        response = done(lambda: create(scim, "eve", roles=[{"value": "Viewer"}]))
        path = f"/Users/{response.json()['id']}"
        user = get_user_model().objects.get()
        assert heard == [
            ("user_created", {"user": user, "environment": contoso}),
            ("roles_changed", {"user_ids": [user.pk], "environment": contoso}),
        ]
        for operation, names in [
            ({"path": "title", "value": "x"}, ["user_updated"]),
            ({"path": "active", "value": False}, ["user_deactivated", "roles_changed"]),
            ({"path": "active", "value": True}, ["user_reactivated", "roles_changed"]),
        ]:
            done(
                lambda operation=operation: scim.patch(
                    path, {"op": "replace", **operation}
                )
            )
            assert [name for name, _ in heard] == names
        done(lambda: scim.delete(path))
        assert [name for name, _ in heard] == ["user_released", "roles_changed"]
        done(lambda: create(scim, "eve"))
        assert heard == []

    def test_a_receiver_that_raises_undoes_nothing(
        self, scim, django_capture_on_commit_callbacks
    ):
        """It is logged, and Entra hears nothing of it."""

        @receiver(signals.user_created)
        def fail(**kwargs):
            raise RuntimeError

        try:
            with django_capture_on_commit_callbacks(execute=True):
                assert create(scim, "eve").status_code == 201
        finally:
            signals.user_created.disconnect(fail)
        assert get_user_model().objects.exists()

    def test_a_role_tells_whom_it_concerned(
        self, scim, contoso, heard, django_capture_on_commit_callbacks
    ):
        """One signal for all of them."""
        create(scim, "eve", roles=[{"value": "Later"}])

        with django_capture_on_commit_callbacks(execute=True):
            RoleFactory(environment=contoso, value="Later")

        [(_name, arguments)] = [item for item in heard if item[0] == "roles_changed"]
        assert arguments["user_ids"] == [get_user_model().objects.get().pk]
