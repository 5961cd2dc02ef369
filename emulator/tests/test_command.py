"""The command ``entra-emulator``."""

from __future__ import annotations

import io
import re
import signal
import socket
import threading

import pytest
import requests

from entra_emulator import Tenant
from entra_emulator.command import main
from entra_emulator.samples import add_people


class Terminal(io.StringIO):
    """Does something once a text was written, and presses Ctrl+C after that."""

    def __init__(self, then):
        super().__init__()
        self.then = then
        self.thread = None

    def flush(self):
        if self.thread is None and self.getvalue():
            self.thread = threading.Thread(target=self._go_on)
            self.thread.start()

    def _go_on(self):
        try:
            self.then(self.getvalue())
        finally:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


@pytest.fixture
def ctrl_c():
    """What Ctrl+C does, wherever the tests run: in the background, it is ignored."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.mark.usefixtures("ctrl_c")
def test_it_serves_a_tenant_until_it_is_ended():
    """And says where, and what the product needs to know."""
    pages = []

    def look(text):
        [authority] = re.findall(r"for the product: (.+)", text)
        assert f"{authority}/portal/" in text
        pages.append(requests.get(authority, timeout=20))

    terminal = Terminal(look)
    main(["serve", "--port=0", "--people=3"], terminal)
    terminal.thread.join()

    [page] = pages
    assert "Contoso" in page.text
    assert "3</a>" in page.text


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(SystemExit, match=f"Port {port} cannot be used"):
            main(["serve", f"--port={port}"])


@pytest.mark.parametrize("link", ["Product", "Product=javascript:alert(1)"])
def test_a_link_that_is_none(capsys, link):
    with pytest.raises(SystemExit):
        main(["serve", "--link", link])

    assert "a link is a name, =, and an HTTP address" in capsys.readouterr().err


def test_a_file_that_is_not_there():
    with pytest.raises(SystemExit, match=r"tenants\.json: No such file"):
        main(["serve", "--tenants=/nowhere/tenants.json"])


def test_samples_are_people_of_different_names():
    tenant = Tenant()

    add_people(tenant, 1_000)

    names = {person.user_principal_name for person in tenant.people.values()}
    assert len(names) == 1_000
    assert all(re.fullmatch(r"[a-z.]+\d*@contoso\.example", name) for name in names)
