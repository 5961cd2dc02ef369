"""A sign-in that ends with a page instead."""

from __future__ import annotations

from typing import Any

from entra_scim.explanations import sign_in_codes


class SignInProblem(Exception):
    """A sign-in that ends here. ``code`` is Entra's AADSTS code, or one of ours.

    ``detail`` is for the log. ``is_hearsay`` says that a URL told it, which anybody
    can write; all else Entra told us itself, or we found out.
    """

    def __init__(
        self,
        code: str,
        *,
        name: str = "",
        user_id: Any = None,
        detail: str = "",
        is_hearsay: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.name = name
        self.user_id = user_id
        self.detail = detail
        self.is_hearsay = is_hearsay

    @property
    def reason(self) -> str:
        """The code for the event: one for all that are not known here.

        Anyone who invents codes does not fill the story of an environment.
        """
        return sign_in_codes.family(self.code)

    @property
    def explanation(self) -> sign_in_codes.Explanation:
        return sign_in_codes.explain(self.code)
