"""Browsers at the local Entra."""

from __future__ import annotations

CALLBACK = "http://testserver/entra/callback/"
