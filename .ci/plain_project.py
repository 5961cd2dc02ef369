"""Use the installed package in a plain Django project, as the tutorial says."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial" / "index.md"

STORY = """
import json
from django.test import Client
from entra_scim.connection import access_keys
from entra_scim.models import Environment
from people.models import User
User.objects.create_user("ann", "ann@contoso.example")
environment = Environment.objects.create(name="The only one")
key, secret = access_keys.create(environment)
client = Client(headers={"authorization": f"Bearer {secret}"}, SERVER_NAME="localhost")
for user_name, status in ("ann@contoso.example", 201), ("eve@contoso.example", 201):
    response = client.post(
        f"/api/scim/entra/{environment.pk}/Users",
        json.dumps({"userName": user_name}),
        content_type="application/scim+json",
    )
    assert response.status_code == status, response.content
assert User.objects.count() == 2
client = Client(SERVER_NAME="localhost")
client.force_login(User.objects.create_superuser("admin"))
for path in ("", "guide/", "people/", "people/local/", "events/"):
    page = client.get(f"/admin/entra_scim/environment/{environment.pk}/entra/{path}")
    assert page.status_code == 200, page.status_code
assert User.objects.get(username="ann@contoso.example").email == "ann@contoso.example"
"""


def manage(folder: Path, *arguments: str, text: str | None = None) -> None:
    subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=folder,
        input=text,
        text=True,
        check=True,
    )


def main() -> None:
    package = files("entra_scim")
    assert package.joinpath("py.typed").is_file()
    assert package.joinpath("locale/nl/LC_MESSAGES/django.mo").is_file()
    assert package.joinpath("templates/entra_scim/tab/set_up.html").is_file()
    assert importlib.util.find_spec("entra_emulator") is None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(
            [sys.executable, "-m", "django", "startproject", "product", name],
            check=True,
        )
        manage(folder, "startapp", "people")
        code = re.findall(
            r"```python\n(.*?)```", TUTORIAL.read_text("utf-8"), re.DOTALL
        )
        models, admin, urls, settings = code[:4]
        (folder / "people" / "models.py").write_text(models)
        (folder / "people" / "admin.py").write_text(admin)
        (folder / "product" / "urls.py").write_text(urls)
        with (folder / "product" / "settings.py").open("a") as file:
            file.write(settings)
        manage(folder, "makemigrations", "people", "-v0")
        manage(folder, "migrate", "-v0")
        manage(folder, "makemigrations", "--check")
        manage(folder, "check", "--database", "default", "--fail-level", "WARNING")
        manage(folder, "shell", "-c", STORY)
    print("A plain project provisions people with the wheel.")


if __name__ == "__main__":
    main()
