"""What the tests of the tab start from."""

from __future__ import annotations

from tests.support.tab import administrator, client  # noqa: F401
