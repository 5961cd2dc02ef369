"""What the tests of findings start from."""

from __future__ import annotations

from tests.support.tab import administrator, client  # noqa: F401
