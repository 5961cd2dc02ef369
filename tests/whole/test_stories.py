"""What happens to people over several requests: stories in JSON files.

CONTRIBUTING.md describes their form.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q

from entra_scim.models import ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from tests.conftest import client_of

STORIES = Path(__file__).resolve().parent.parent / "stories"
STEPS = (
    {"send", "path", "query", "body", "raw", "headers", "of"}
    | {"status", "answer", "save"},
    {"account", "is", "save"},
    {"event", "says", "hides", "of"},
    {"events", "count", "of"},
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ann", "roles")]


def stories():
    files = sorted(STORIES.glob("*.json"))
    assert files
    return [
        pytest.param(json.loads(file.read_text(encoding="utf-8")), id=file.stem)
        for file in files
    ]


@pytest.mark.parametrize("story", stories())
def test_story(request, story):
    """Each step gives what is written down."""
    assert {"title", "source", "steps"} == story.keys()
    names = {"contoso", *(step["of"] for step in story["steps"] if "of" in step)}
    if len(names) > 1:
        request.getfixturevalue("several_environments")
    teller = Teller({name: request.getfixturevalue(name) for name in names})
    for number, step in enumerate(story["steps"], start=1):
        assert any(step.keys() <= known for known in STEPS), step
        try:
            teller.tell(teller.filled(step))
        except AssertionError as error:
            raise AssertionError(f"Step {number}, {step}: {error}") from error


class Teller:
    """Goes through the steps of a story, with what they saved."""

    def __init__(self, environments):
        self.environments = environments
        self.clients = {
            name: client_of(environment) for name, environment in environments.items()
        }
        self.saved = {}

    def filled(self, value):
        """Return a value in whose texts ``<name>`` is what was saved as that."""
        if isinstance(value, str):
            return re.sub(
                "|".join(f"<{name}>" for name in self.saved) or "(?!)",
                lambda match: str(self.saved[match[0][1:-1]]),
                value,
            )
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        return value

    def tell(self, step):
        of = step.pop("of", "contoso")
        if "send" in step:
            self.send(self.clients[of], step)
        elif "account" in step:
            self.look_at_account(step)
        else:
            self.look_at_events(self.environments[of], step)

    def send(self, client, step):
        headers = step.get("headers", {})
        if step["send"] == "GET":
            response = client.get(step["path"], step.get("query"), **headers)
        else:
            body = step["raw"] if "raw" in step else json.dumps(step.get("body"))
            response = client.send(step["send"], step["path"], body, **headers)
        assert response.status_code == step.get("status", 200), response.content
        answer = response.json() if response.content else None
        if "answer" in step:
            assert_contains(answer, step["answer"], "answer")
        for name, attribute in step.get("save", {}).items():
            self.saved[name] = answer[attribute]

    def look_at_account(self, step):
        model = get_user_model()
        named = Q(**{f"{model.USERNAME_FIELD}__iexact": step["account"]})
        users = model.objects.filter(named | Q(email__iexact=step["account"]))
        found = [
            {
                "id": str(user.pk),
                "active": user.is_active,
                "username": user.get_username(),
                "email": user.email,
                "groups": sorted(user.groups.values_list("name", flat=True)),
            }
            for user in users
        ]
        assert len(found) <= 1, found
        account = found[0] if found else None
        if "is" in step:
            assert_contains(account, step["is"], "account")
        if "save" in step:
            self.saved[step["save"]] = account["id"]

    def look_at_events(self, environment, step):
        kind = step.get("event") or step["events"]
        assert kind in ProvisioningEvent.Kind.values
        events = ProvisioningEvent.objects.for_environment(environment).filter(
            kind=kind
        )
        if "count" in step:
            assert events.count() == step["count"], list(events)
            return
        event = events.first()
        assert event is not None, f"there is no event {kind}"
        assert step.get("says", "") in sentence_of(event), sentence_of(event)
        assert "hides" not in step or step["hides"] not in sentence_of(event), (
            sentence_of(event)
        )


def assert_contains(found, expected, where):
    """Assert that a JSON value has what is expected, and null where it is absent."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, item in expected.items():
            assert_contains(found.get(key), item, f"{where}.{key}")
    elif isinstance(expected, list) and isinstance(found, list):
        assert len(found) == len(expected), f"{where} is {found}"
        for index, item in enumerate(expected):
            assert_contains(found[index], item, f"{where}[{index}]")
    else:
        assert found == expected, f"{where} is {found!r}"
