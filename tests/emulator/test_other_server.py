"""Entra provisions other servers too: here one that is not ours."""

from __future__ import annotations

import socketserver
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from scim2_server.memory import InMemoryStorage


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def storage():
    return InMemoryStorage()
