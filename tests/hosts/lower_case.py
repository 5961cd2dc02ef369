"""People of one organization, with addresses in lower case."""

from __future__ import annotations

from entra_scim.policy import ProvisioningPolicy


class Policy(ProvisioningPolicy):
    def address_for(self, address):
        return address.lower()

    def owns_address(self, environment, email):
        return email.lower().endswith("@contoso.example")
