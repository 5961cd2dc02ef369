"""The command that sets up an environment from a document, for tests."""

from __future__ import annotations

import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command

CLIENT, TENANT, OTHER = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
CONNECTION = {
    "client_id": CLIENT,
    "tenant_id": TENANT,
    "cloud": "global",
    "client_secret_expires_on": "2998-01-31",
}


class Console:
    """Runs the command, with documents on its standard input."""

    def __init__(self, environment, monkeypatch):
        self.environment, self.monkeypatch = environment, monkeypatch

    def run(self, action, document=None, *options, stdin=""):
        text = stdin if document is None else json.dumps(document)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(text))
        output = io.StringIO()
        arguments = [self.environment.pk, *([] if document is None else ["-"])]
        try:
            call_command(
                "entra_environment", action, *arguments, *options, stdout=output
            )
        except SystemExit as exit_:
            return exit_.code, json.loads(output.getvalue())
        return 0, json.loads(output.getvalue())

    def apply(self, document, secret=""):
        options = []
        if secret:
            self.monkeypatch.setenv("THE_SECRET", secret)
            options = ["--client-secret-env", "THE_SECRET"]
        _code, told = self.run("apply", document, *options)
        return told["changed"]

    def diff(self, document):
        return self.run("diff", document)

    def show(self):
        _code, told = self.run("show")
        return told


FEDERATED = {
    "client_id": CLIENT,
    "tenant_id": TENANT,
    "cloud": "global",
    "client_secret_expires_on": None,
    "federated_credential": "file",
}


def refused(call):
    with pytest.raises(CommandError) as caught:
        call()
    assert caught.value.returncode == 2
    return str(caught.value)
