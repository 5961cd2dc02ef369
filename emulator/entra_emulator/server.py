"""Serve a local Entra on this machine, and on this machine only."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import WSGIApplication

from .loopback import is_loopback


@dataclass(frozen=True)
class EmulatorServer:
    """A site that is being served."""

    url: str
    """Its address, without a slash at the end."""


@contextlib.contextmanager
def serve(
    site: WSGIApplication, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[EmulatorServer]:
    """Serve a site in threads of its own, for as long as the context lasts.

    ``site`` is an ``EmulatorSite``, or what plays a bad network before one.

    With port 0 the system chooses one.

    Raises:
        OSError: The port is taken.
        ValueError: The host is not an IPv4 address of this machine, or ``localhost``.
    """
    if not is_loopback(host) or ":" in host:
        raise ValueError(f"{host} is not an IPv4 address of this machine alone.")
    with make_server(host, port, site, _Server, _QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield EmulatorServer(f"http://{host}:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


def wait_until_interrupted() -> None:
    """Wait, with what is being served, for a KeyboardInterrupt, and raise it.

    By the second: a signal just before an endless wait would not end it.
    """
    never = threading.Event()
    while not never.wait(timeout=1):
        continue


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: URLs have codes in them."""
