"""``python -m entra_emulator`` is the command ``entra-emulator``."""

from __future__ import annotations

from .command import main

main()
