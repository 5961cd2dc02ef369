"""Entra's way to say no: an AADSTS code, on a page, by a redirect or as JSON."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any, cast

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from entra_emulator.applications import Application
from entra_emulator.sign_in_errors import SIGN_IN_ERRORS, Stage

_HELP = "https://login.microsoftonline.com/error"


class SignInRefused(errors.OAuth2Error):
    """Entra refuses a sign-in.

    ``code`` is the number of the AADSTS code, ``about`` what the text is about.
    """

    def __init__(
        self, code: int, about: str = "", *, request: Request | None = None
    ) -> None:
        definition = SIGN_IN_ERRORS[code]
        self.code = code
        self.error = definition.error
        self.stage = definition.stage
        self.trace_id = str(uuid.uuid4())
        self.correlation_id = str(uuid.uuid4())
        self.timestamp = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M:%SZ}"
        self.text = f"AADSTS{code}: {definition.text}" + (
            f" ({about})" if about else ""
        )
        is_silent = request is not None and request.prompt == "none"
        self.stays_on_page = definition.on_page and not (
            is_silent and definition.stage is Stage.PERSON
        )
        """Whether it is told on a page, not to the redirect URI."""
        super().__init__(
            f"{self.text} Trace ID: {self.trace_id} "
            f"Correlation ID: {self.correlation_id} Timestamp: {self.timestamp}",
            uri=f"{_HELP}?code={code}",
            status_code=401 if definition.error == "invalid_client" else 400,
            request=request,
        )

    def __str__(self) -> str:
        return self.text

    @property
    def twotuples(self) -> list[tuple[str, str | None]]:
        parameters = super().twotuples
        if self.code == 65004:
            parameters.insert(1, ("error_subcode", "cancel"))
        return parameters

    @property
    def body(self) -> dict[str, Any]:
        """What the token endpoint answers."""
        return {
            "error": self.error,
            "error_description": self.description,
            "error_codes": [self.code],
            "timestamp": self.timestamp,
            "trace_id": self.trace_id,
            "correlation_id": self.correlation_id,
            "error_uri": self.uri,
        }

    @property
    def json(self) -> str:
        return json.dumps(self.body)


def application_of(request: Request) -> Application:
    """Return the application of a request whose client ID was looked up."""
    return cast("Application", request.client)


class ConsentMissing(SignInRefused):
    """Entra asks the person for consent, if it may show a page."""

    def __init__(self, request: Request) -> None:
        super().__init__(65001, application_of(request).display_name, request=request)


def refuse_if_provoked(request: Request, stage: Stage) -> None:
    """Refuse, if that is what the request's application is told to get here.

    Raises:
        SignInRefused: With the code that was chosen.
    """
    code = application_of(request).provoked_error
    if code is not None and SIGN_IN_ERRORS[code].stage is stage:
        raise SignInRefused(code, "provoked", request=request)


_CODES: dict[type[errors.OAuth2Error], int] = {
    errors.InvalidRequestFatalError: 9000411,
    errors.MissingClientIdError: 900144,
    errors.MissingResponseTypeError: 900144,
    errors.MissingRedirectURIError: 500113,
    errors.InvalidRedirectURIError: 50011,
    errors.UnsupportedResponseTypeError: 700054,
    errors.UnsupportedGrantTypeError: 70003,
    errors.LoginRequired: 50058,
    errors.MissingCodeVerifierError: 501481,
}


def in_entra_s_form(error: errors.OAuth2Error) -> SignInRefused:
    """Return an error of oauthlib's as Entra tells it."""
    if isinstance(error, SignInRefused):
        return error
    refused = SignInRefused(_CODES.get(type(error), 9002313), error.description)
    refused.redirect_uri = error.redirect_uri
    refused.response_mode = error.response_mode
    refused.state = error.state
    return refused
