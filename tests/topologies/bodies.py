"""Bodies that break off, are too short, compressed or nonsense, sent to real servers.

``python -m tests.topologies.bodies`` sends them to the example product behind gunicorn
and uvicorn, which make different things of them. Needs the extra ``topologies``.
"""

from __future__ import annotations

import gzip
import json
import os
import socket
import sys
import tempfile
import time
import uuid
from urllib.parse import urlsplit

from tests.topologies import servers

CHUNKED = {"Transfer-Encoding": "chunked"}
END = b"0\r\n\r\n"
NONSENSE = {
    "nothing": b"",
    "a list": b"[]",
    "UTF-16 that breaks off": "{}".encode("utf-16")[:-1],
    "too deep": b"[" * 200_000 + b"]" * 200_000,
    "no number": b'{"userName": "a@contoso.example", "x": NaN}',
    "half a letter": b'{"userName": "a@contoso.example", "title": "\\ud800"}',
}


def chunk(text):
    return b"%x\r\n%s\r\n" % (len(text), text)


def with_length(text, **headers):
    return {"Content-Length": str(len(text)), **headers}, text


def cases():
    """Return what is sent by its name: headers, body, and the statuses that are right."""
    person = json.dumps({"userName": "new@contoso.example"}).encode()
    broken = {
        "a chunk without a size": b"zz\r\n" + person + b"\r\n" + END,
        "a second chunk without a size": chunk(person) + b"zz\r\n\r\n",
        "a chunk that breaks off": chunk(person)[:-20],
        "chunks without an end": chunk(person),
    }
    return {
        **{name: (CHUNKED, body, {400}) for name, body in broken.items()},
        **{name: (*with_length(body), {400}) for name, body in NONSENSE.items()},
        "shorter than its length": ({"Content-Length": "500"}, person, {400}),
        "compressed": (
            *with_length(gzip.compress(person), **{"Content-Encoding": "gzip"}),
            {415},
        ),
        "in chunks, at the end": (CHUNKED, chunk(person) + END, {201}),
    }


def send(address, path, key, headers, body):
    """Send a request as it is, and return the answer's status and body.

    What is not whole ends there. A server may hang up without an answer to that: the
    status is 0 then.
    """
    location = urlsplit(address)
    lines = {
        "Host": location.netloc,
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/scim+json",
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection((location.hostname, location.port), 30) as stream:
        stream.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        # To uvicorn, somebody who sends no more has gone.
        if not body.endswith(END) and headers.get("Content-Length") != str(len(body)):
            stream.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: stream.recv(65536), b""))
    if not answer:
        return 0, b""
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), rest


def play(*, asgi):
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            **os.environ,
            "DEBUG": "0",
            "DATABASE_URL": f"sqlite:///{folder}/bodies.sqlite3",
            "DJANGO_SETTINGS_MODULE": "tests.topologies.settings",
            "TOPOLOGY": "bodies",
        }
        facts = servers.within(
            variables, "prepare", str(uuid.uuid4()), str(uuid.uuid4()), "a secret"
        )
        path = f"/api/scim/entra/{facts['environment']}/Users"
        with servers.served(variables, asgi=asgi) as (_process, address):
            for name, (headers, body, right) in cases().items():
                status, answer = send(address, path, facts["key"], headers, body)
                # uvicorn refuses chunks by itself, and tells nobody of what breaks off.
                if asgi and 400 in right:
                    right = {*right, 0}
                assert status in right, (name, status, answer[:300])
                if not asgi and status >= 400:
                    assert json.loads(answer)["status"] == str(status), (name, answer)
        assert set(servers.within(variables, "people")) == {"new@contoso.example"}


def main():
    for asgi in (False, True):
        started = time.monotonic()
        play(asgi=asgi)
        server = "uvicorn" if asgi else "gunicorn"
        sys.stdout.write(f"{server}: right, in {time.monotonic() - started:.0f} s\n")


if __name__ == "__main__":
    main()
