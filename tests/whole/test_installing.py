"""Each line that the README says to add: whatever is left out, something tells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
AUTHENTICATION = '"django.contrib.auth.middleware.AuthenticationMiddleware",'

MODELS = """
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.contrib.auth.models import AbstractUser

class User(AbstractUser):
    class Meta:
        indexes = [models.Index(Lower("email"), name="user_lower_email")]

class Environment(models.Model):
    name = models.CharField(max_length=50)

class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    environment = models.ForeignKey(Environment, on_delete=models.CASCADE)
"""


def documented(containing):
    """Return the first Python of the README that contains a text, without indentation."""
    blocks = re.findall(r"^( *)```python\n(.*?)```", README, re.DOTALL | re.MULTILINE)
    indent, code = next(block for block in blocks if containing in block[1])
    return re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)


def manage(folder, *arguments):
    """Run a command of the product, and return whether it went well and what it says."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mysite.settings"},
        check=False,
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A product as Django begins it, and as the README says to go on."""
    folder = tmp_path_factory.mktemp("installed")
    for arguments in (["startproject", "mysite", "."], ["startapp", "product"]):
        command = [sys.executable, "-m", "django", *arguments]
        subprocess.run(command, cwd=folder, check=True)
    own = folder / "product"
    (own / "models.py").write_text(MODELS)
    admin = documented("EntraEnvironmentMixin")
    # Its own user: nothing has registered an admin of it.
    (own / "admin.py").write_text(re.sub(r"admin\.site\.unregister.*\n", "", admin))
    names = "from .models import Environment, Membership, User\n"
    (own / "policy.py").write_text(names + documented("ProvisioningPolicy"))

    ours = documented("AUTHENTICATION_BACKENDS")
    backends = ours[ours.index("AUTHENTICATION_BACKENDS") :]
    settings = (folder / "mysite" / "settings.py").read_text().replace("'", '"')
    settings = settings.replace(
        "INSTALLED_APPS = [\n",
        'INSTALLED_APPS = [\n    "entra_scim",\n    "product",\n',
    ).replace(
        AUTHENTICATION,
        f'{AUTHENTICATION}\n    "entra_scim.middleware.EntraSessionMiddleware",',
    )
    pages = 'LOGIN_URL = "admin:index"\nLOGIN_REDIRECT_URL = "admin:index"\n'
    user = 'AUTH_USER_MODEL = "product.User"\n'
    (folder / "mysite" / "settings.py").write_text(settings + backends + pages + user)
    urls = documented("entra_scim.scim.urls").replace(
        "    ...,\n", '    path("admin/", admin.site.urls),\n'
    )
    (folder / "mysite" / "urls.py").write_text(
        f"from django.contrib import admin\n{urls}"
    )
    for command in (["makemigrations", "product"], ["migrate"]):
        went_well, output = manage(folder, *command)
        assert went_well, output
    return folder


@pytest.fixture
def product(installed, tmp_path):
    """A copy of it, to leave something out."""
    return shutil.copytree(installed, tmp_path / "product")


def check(folder):
    return manage(folder, "check", "--database", "default", "--fail-level", "WARNING")


def test_nothing_is_missing(product):
    went_well, output = check(product)

    assert went_well, output


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        ("mysite/settings.py", '"entra_scim",', "isn't in an application in INSTALLED"),
        ("mysite/settings.py", '"product",', "product"),
        ("mysite/settings.py", '"django.contrib.sessions",', "E036"),
        (
            "mysite/settings.py",
            '"django.contrib.sessions.middleware.SessionMiddleware",',
            "E036",
        ),
        (
            "mysite/settings.py",
            '"entra_scim.middleware.EntraSessionMiddleware",',
            "E004",
        ),
        ("mysite/settings.py", '"entra_scim.backends.PasswordGate",', "E010"),
        ("mysite/settings.py", '"django.contrib.auth.backends.ModelBackend",', "W037"),
        ("mysite/settings.py", '"entra_scim.oidc.backend.EntraBackend",', "E011"),
        (
            "mysite/settings.py",
            'ENTRA_SCIM_ENVIRONMENT_MODEL = "product.Environment"',
            "E037",
        ),
        ("mysite/settings.py", 'ENTRA_SCIM_POLICY = "product.policy.Policy"', "W028"),
        ("mysite/settings.py", 'LOGIN_URL = "admin:index"', "W036"),
        ("mysite/settings.py", 'LOGIN_REDIRECT_URL = "admin:index"', "W027"),
        (
            "mysite/urls.py",
            'path("api/scim/entra/", include("entra_scim.scim.urls")),',
            "E009",
        ),
        ("mysite/urls.py", 'path("entra/", include("entra_scim.oidc.urls")),', "W006"),
        ("mysite/urls.py", 'path("admin/", admin.site.urls),', "W040"),
        ("product/admin.py", "@admin.register(Environment)", "W024"),
        ("product/admin.py", "EntraEnvironmentMixin, ", "W025"),
        ("product/admin.py", "EntraUserMixin, ", "W026"),
        (
            "product/policy.py",
            "def environments_of(self, user):\n"
            "        return Environment.objects.filter(membership__user=user)",
            "W028",
        ),
        (
            "product/policy.py",
            "def users_of(self, environment):\n"
            "        return User.objects.filter(membership__environment=environment)",
            "W028",
        ),
    ],
)
def test_a_line_that_is_left_out_is_told(product, file, line, told):
    """By a check, or by Django itself."""
    path = product / file
    text = path.read_text()
    assert line in text
    # Of the imports in front of it, nothing is left out.
    before, _line, after = text.rpartition(line)
    path.write_text(before + after)

    went_well, output = check(product)

    assert not went_well
    assert told in output


def test_a_policy_that_forgets_new_people_is_told(product):
    """It takes a person to see that: the command makes one up."""
    path = product / "product" / "policy.py"
    text = path.read_text()
    path.write_text(text[: text.index("    def create_user")])
    create = "from product.models import Environment as E; E.objects.create(name='C')"
    assert manage(product, "shell", "-c", create)[0]

    went_well, output = manage(product, "entra_check_policy", "1")

    assert not went_well
    assert "create_user" in output
