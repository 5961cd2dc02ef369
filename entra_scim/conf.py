"""The settings of the package, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings as django_settings


class Settings:
    """Read the ``ENTRA_SCIM_*`` settings of the host, live.

    Nothing is cached, so ``override_settings`` works. No other module reads
    these settings.
    """

    @property
    def ENVIRONMENT_MODEL(self) -> str:
        """Name the model of an environment, as ``"app_label.Model"``.

        Unset, products with a single environment get ``entra_scim.Environment``.
        Like ``AUTH_USER_MODEL``, choose it before the first ``migrate``.
        """
        return str(_read("ENVIRONMENT_MODEL", "entra_scim.Environment"))

    @property
    def POLICY(self) -> str:
        """Name the policy class of the host, as a dotted path.

        It subclasses :class:`entra_scim.policy.ProvisioningPolicy`. Unset, the
        base class serves products that have exactly one environment.
        """
        return str(_read("POLICY", "entra_scim.policy.ProvisioningPolicy"))

    @property
    def ENCRYPTION_KEYS(self) -> Sequence[str]:
        """List the Fernet keys that encrypt client secrets, newest first.

        Make one with ``cryptography.fernet.Fernet.generate_key()``. Unset, the
        keys are derived from ``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS``, and
        secrets are lost with them.
        """
        keys: Sequence[str] = _read("ENCRYPTION_KEYS", ())
        return keys

    @property
    def FEDERATED_CREDENTIALS(self) -> Mapping[str, str]:
        """Name what vouches for the product at Entra, in place of client secrets.

        By kind, as ``{"file": os.environ["AZURE_FEDERATED_TOKEN_FILE"]}``:
        ``file`` is the path of an assertion that something else renews,
        ``managed_identity`` the client ID of an identity in Azure, empty for the
        system's own, and ``callable`` the dotted path of a function that returns
        an assertion. Administrators choose among them in the tab.
        """
        credentials: Mapping[str, str] = _read("FEDERATED_CREDENTIALS", {})
        return credentials

    @property
    def LOCAL_AUTHORITY(self) -> str:
        """Name a local Entra for development, as ``"http://127.0.0.1:9000"``.

        It must be on this machine, and works with ``DEBUG`` only: it signs in
        anybody.
        """
        return str(_read("LOCAL_AUTHORITY", ""))

    @property
    def SETUP_CLIENT_ID(self) -> str:
        """Name the product's own application that sets Entra up for administrators.

        It has several tenants, the product's callback as a redirect URI, and the
        delegated permissions that ``entra_scim.kit.automatic.PERMISSIONS`` lists.
        Unset, the tab does not offer to set Entra up.
        """
        return str(_read("SETUP_CLIENT_ID", "") or "")

    @property
    def SETUP_CLIENT_SECRET(self) -> str:
        """Prove that application to Entra.

        Unset, it proves itself with the first of ``FEDERATED_CREDENTIALS``.
        """
        return str(_read("SETUP_CLIENT_SECRET", "") or "")

    @property
    def PROTECTION(self) -> Sequence[str]:
        """List what your own code may not do to people that Entra manages.

        ``"deletion"``: delete an account that is linked, which loses its data, and
        which Entra creates anew. ``"changes"``: save another value of a field that
        Entra manages, such as the address. Both raise
        :class:`entra_scim.exceptions.ManagedByEntra`. As it stands, only deletions
        are refused, since nothing brings an account back; what an old copy of an
        account undoes is mended at the next request.
        """
        protection: Sequence[str] = _read("PROTECTION", ("deletion",))
        return protection

    @property
    def SESSION_AGE(self) -> int | None:
        """Limit how long a sign-in with Entra lasts, in seconds.

        However active the person is. Unset, Django's own settings decide alone.
        """
        age: int | None = _read("SESSION_AGE", None)
        return age


def _read(name: str, default: Any) -> Any:
    return getattr(django_settings, f"ENTRA_SCIM_{name}", default)


conf = Settings()

SETTINGS = frozenset(
    f"ENTRA_SCIM_{name}" for name in vars(Settings) if not name.startswith("_")
)
"""The names of all settings."""
