"""The example product and its demo."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command

from entra_scim.models import EnvironmentRole

pytestmark = pytest.mark.skipif(
    not apps.is_installed("example_project.product"),
    reason="These settings have another product.",
)


@pytest.mark.django_db
def test_sample_data_can_be_made_as_often_as_one_likes():
    """The second time changes nothing, not even what Entra changed since."""
    from example_project.product.models import Environment, Membership, User

    call_command("sample_data", verbosity=0)
    ann = User.objects.get(username="ann")
    ann.username = ann.email
    ann.save()
    ann.groups.clear()
    counts = [
        model.objects.count()
        for model in (User, Environment, Membership, Group, EnvironmentRole)
    ]

    call_command("sample_data", verbosity=0)

    assert counts == [5, 2, 6, 4, 4]
    assert counts == [
        model.objects.count()
        for model in (User, Environment, Membership, Group, EnvironmentRole)
    ]
    assert not ann.groups.exists()
    Environment.objects.create(name="The next one")


@pytest.mark.django_db
def test_sample_data_is_what_the_documentation_says():
    """Ann is a viewer, Bob administers, Dave works for both, the Admin is the Admin."""
    from example_project.product.models import Environment, User

    call_command("sample_data", verbosity=0)

    contoso, fabrikam = Environment.objects.order_by("pk")
    assert (contoso.pk, fabrikam.pk) == (1234, 5678)
    ann, bob, dave, admin = (
        User.objects.get(username=name) for name in ("ann", "bob", "dave", "admin")
    )
    assert [group.name for group in ann.groups.all()] == ["Viewer"]
    assert ann.has_usable_password()
    assert bob.is_staff
    assert bob.has_perm("product.change_environment")
    assert set(dave.environment_set.all()) == {contoso, fabrikam}
    assert admin.is_superuser
    assert admin.check_password("admin")
    assert set(
        EnvironmentRole.objects.for_environment(contoso).values_list("value", flat=True)
    ) == {"Uploader", "Authorizer", "Viewer"}


def start_demo(folder, *options):
    """Run the command as the README says."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "manage.py", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "example_project.settings",
            "PYTHONIOENCODING": "utf-8",
        },
        # In the background, a shell lets its commands ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def demo(folder, *options):
    """Run the command until it ends by itself, and return what it prints."""
    with start_demo(folder, *options, "--exit") as process:
        output, errors = process.communicate(timeout=120)
    assert errors == ""
    assert process.returncode == 0
    assert (folder / "demo.sqlite3").exists()
    return output


def test_the_demo_plays_its_conversation(tmp_path):
    """The README's first command works, over real HTTP, and checks each answer."""
    output = demo(tmp_path)

    assert "ann: username was ann, is ann@contoso.example" in output
    assert "Ann Smith: linked to the existing account" in output


def test_the_demo_plays_the_whole_integration(tmp_path):
    """From an empty environment to its end, at a local Entra, by itself."""
    output = demo(tmp_path, "--play")

    assert "carol: username was carol, is carol@fabrikam.example" in output
    assert (
        "erin@fabrikam.example: groups was none, is Fabrikam (5678): Auditor" in output
    )
    assert "carol@fabrikam.example: active was yes, is no" in output
    assert "AADSTS7000222: The client secret has expired" in " ".join(output.split())
    assert "11. In the tab: deactivate" in output


def end_demo(process, number):
    """Wait until it serves, end it with a signal, and return what it has printed."""
    output = ""
    while "Stop with Ctrl-C" not in output:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        output += line
    process.send_signal(number)
    try:
        _rest, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0
    assert errors == ""
    return output


def test_the_demo_stays_until_it_is_ended(tmp_path):
    """It says who signs in where, by the names that they have then."""
    with start_demo(tmp_path, "--play") as process:
        output = end_demo(process, signal.SIGINT)

    assert "Sign in to the product as fay@fabrikam.example, password fay" in output


def test_the_demo_ends_its_local_entra_with_itself(tmp_path):
    """Also where nobody presses Ctrl-C."""
    with start_demo(tmp_path) as process:
        output = end_demo(process, signal.SIGTERM)

    port = re.search(r"The local Entra: http://127\.0\.0\.1:(\d+)/", output)[1]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)))
