"""The local Entra's Graph without a socket, which can be told to misbehave."""

from __future__ import annotations

import io
import json

from entra_emulator.graph.tokens import Permission, issue
from entra_scim.kit.program.graph import Graph, Refusal
from entra_scim.kit.program.run import Notebook, Options, Run


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or the machine went away."""


class InProcess:
    """Sends requests to the local Entra, as an administrator with permissions.

    ``fault`` is called with the number of each request and what sends it: it may lose
    the request, the answer, or both.
    """

    def __init__(self, entra, permissions=tuple(Permission), fault=None):
        self.entra = entra
        self.token = issue(entra.keys, entra.tenants[0].id, permissions)
        self.fault = fault or (lambda number, send: send())
        self.sent = []

    @property
    def written(self):
        """What was sent that may change something."""
        return [one for one in self.sent if not one.startswith("GET")]

    def __call__(self, method, path, body):
        number = len(self.sent)
        self.sent.append(f"{method} {path.partition('?')[0]}")
        return self.fault(number, lambda: self.send(method, path, body))

    def send(self, method, path, body):
        status, document = request(self.entra, self.token, method, path, body)
        if status >= 400:
            error = document["error"]
            raise Refusal(status, f"{error['code']}: {error['message']}")
        return document


def request(entra, token, method, path, body=None):
    """Return the status and the document of an answer."""
    path, _, query = path.partition("?")
    content = b"" if body is None else json.dumps(body).encode()
    answered = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/graph/v1.0{path}",
        "QUERY_STRING": query,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "HTTP_HOST": "127.0.0.1:9000",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "9000",
        "wsgi.input": io.BytesIO(content),
        "wsgi.url_scheme": "http",
    }
    if token is not None:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    answer = b"".join(
        entra(environ, lambda status, headers: answered.append(int(status[:3])))
    )
    return answered[0], json.loads(answer) if answer else {}


class Console:
    """Runs the kit's program, and keeps what it says and remembers."""

    def __init__(self, plan, key):
        self.plan = plan
        self.key = key
        self.notes = set()
        self.kept = []
        self.first = {}
        self.said = []
        self.secrets = []
        self.asked = 0

    def run(self, transport, **options):
        """Return a run, ready to walk through the steps."""
        notebook = Notebook(
            has=self.notes.__contains__,
            note=self.notes.add,
            forget=self.notes.discard,
            keep=self.keep,
            first=self.first.get,
        )
        return Run(
            plan=self.plan,
            options=Options(**options),
            graph=Graph(transport, 5, self.said.append, sleep=lambda seconds: None),
            notebook=notebook,
            ask_key=self.ask,
            say=self.said.append,
            show_secret=lambda value, ends: self.secrets.append((value, ends)),
        )

    def ask(self):
        self.asked += 1
        return self.key

    def keep(self, name, document):
        if name == "schema":
            self.kept.append(document)
        self.first.setdefault(name, document)
        return name
