"""A local Entra in a process of its own, started from Python."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

AUTHORITY = "Its authority, for the product: "
"""What the command prints before its address."""


class NotStarted(Exception):
    """The local Entra did not start. It said why on the standard error output."""


@contextlib.contextmanager
def local_entra(
    tenants: Sequence[Mapping[str, Any]],
    *,
    port: int = 0,
    links: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Run ``entra-emulator serve`` for as long as the context lasts.

    ``tenants`` is what a file of tenants has; ``links`` are shown on every page. Yields
    the address: that of the portal, and of the authority.

    Raises:
        NotStarted: The tenants are wrong, or the port is taken.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tenants.json"
        file.write_text(json.dumps(tenants), encoding="utf-8")
        arguments = ["serve", f"--tenants={file}", f"--port={port}"]
        arguments += [f"--link={name}={url}" for name, url in (links or {}).items()]
        with subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "entra_emulator", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl+C is for the process that started it, which ends it in its turn.
            start_new_session=True,
        ) as process:
            try:
                yield _address(process.stdout or ())
            finally:
                process.terminate()


def _address(output: Iterable[str]) -> str:
    for line in output:
        if line.startswith(AUTHORITY):
            return line.removeprefix(AUTHORITY).strip()
    raise NotStarted("The local Entra did not start. See above for what it says.")
