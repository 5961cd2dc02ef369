"""The keys that Entra signs ID tokens with."""

from __future__ import annotations

import threading
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from entra_emulator.directory import new_id


class SigningKeys:
    """The signing keys of all tenants: the last one signs, all are published.

    Entra changes keys at any time and without notice:
    https://learn.microsoft.com/en-us/entra/identity-platform/signing-key-rollover

    Creating a key takes a while, so the first is made when it is needed. Share the
    keys among several sites, as tests do.
    """

    def __init__(self) -> None:
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        self._lock = threading.Lock()

    def roll_over(self) -> None:
        """Sign with a new key from now on, and go on publishing the old ones."""
        with self._lock:
            self._add()

    def retire_old(self) -> None:
        """Publish the signing key alone: tokens of older ones cannot be checked."""
        with self._lock:
            for kid in list(self._keys)[:-1]:
                del self._keys[kid]

    def sign(self, claims: dict[str, Any]) -> str:
        """Return a JWT with claims, signed by the newest key."""
        kid, key = list(self._all().items())[-1]
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})

    def published(self, issuer: str) -> dict[str, Any]:
        """Return the JSON Web Key Set (RFC 7517 §5)."""
        return {
            "keys": [
                {
                    "kty": "RSA",
                    "use": "sig",
                    "kid": kid,
                    "n": jwk["n"],
                    "e": jwk["e"],
                    "issuer": issuer,
                }
                for kid, key in self._all().items()
                for jwk in [RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)]
            ]
        }

    def _all(self) -> dict[str, rsa.RSAPrivateKey]:
        with self._lock:
            if not self._keys:
                self._add()
            return dict(self._keys)

    def _add(self) -> None:
        self._keys[new_id()] = rsa.generate_private_key(
            public_exponent=65537, key_size=2048
        )
