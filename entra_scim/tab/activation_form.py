"""What an activation asks for first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.activation import admins
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.sign_in import proofs

from .secrets import SecretField, SecretsForm
from .step_up import TOO_MANY_WRONG


class ActivationForm(SecretsForm):
    """That somebody knows what they do, and that the Admin can still come in."""

    acknowledged = forms.IntegerField(widget=forms.HiddenInput)
    understood = forms.BooleanField(
        label=gettext_lazy(
            "I understand that anyone without an active Entra account can no longer "
            "sign in"
        )
    )
    admin_username = forms.CharField(
        label=gettext_lazy("Username of the Admin"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "The Admin keeps signing in with a password, if Entra ever fails."
        ),
    )
    admin_password = SecretField(
        label=gettext_lazy("Password of the Admin"), max_length=1000, strip=False
    )

    @without_variables
    def __init__(
        self, data: Any = None, *, request: Any, environment: Any, locked_out: int
    ) -> None:
        super().__init__(data, initial={"acknowledged": locked_out})
        self.request = request
        self.environment = environment
        self.locked_out = locked_out

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("acknowledged") != self.locked_out:
            data: Any = self.data
            self.data = {**data.dict(), "acknowledged": self.locked_out}
            self.add_error(
                None,
                _("The people who could not sign in any more have changed: see above."),
            )
        # The password last: what is wrong besides must not help to guess it.
        if not self.errors:
            self.check_admin(cleaned["admin_username"], cleaned["admin_password"])
        return cleaned

    def check_admin(self, username: str, password: Secret) -> None:
        """Check that somebody will come in whom no directory can keep out."""

        @without_variables
        def check() -> bool:
            return admins.admin_with(self.request, username, password) is not None

        try:
            if proofs.is_right(self.environment, self.request.user, check):
                return
        except proofs.TooManyWrong:
            self.add_error("admin_password", TOO_MANY_WRONG)
            return
        self.add_error(
            "admin_password",
            _(
                "This is not the username and password of an Admin that Entra does not "
                "manage. Ask the people who run this product who the Admin is."
            ),
        )
