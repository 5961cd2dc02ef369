"""A tenant's identity provider, as the pages and other people's tests use it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3
from oauthlib.common import Request, add_params_to_uri
from oauthlib.oauth2.rfc6749 import errors

from entra_emulator.applications import Application
from entra_emulator.directory import Person
from entra_emulator.sign_in_errors import Stage
from entra_emulator.tenant import Tenant

from . import access_tokens
from .claims import claims_of, login_hint_of
from .codes import Codes, IssuedCode
from .discovery import issuer_of
from .keys import SigningKeys
from .protocol import TOKEN_LIFETIME, Answer, EntraEndpoints, answer_of
from .refusals import (
    ConsentMissing,
    SignInRefused,
    application_of,
    in_entra_s_form,
    refuse_if_provoked,
)
from .sessions import Browser, SignIn
from .validator import EntraValidator

_SECURE = "https://local.invalid/"
"""oauthlib wants https; what it is told besides the parameters plays no role."""


class IdentityProvider:
    """Signs people of one tenant in to its applications.

    ``base`` is the address of the tenant: ``http://<host>/<tenant ID>``.
    """

    def __init__(self, tenant: Tenant, keys: SigningKeys | None = None) -> None:
        self.tenant = tenant
        self.keys = keys or SigningKeys()
        self.clock_skew = datetime.timedelta()
        """How far the clock that stamps ID tokens is ahead of the real time."""
        self.browsers: dict[str, Browser] = {}
        """The browsers that somebody signed in with, by their cookies."""
        self._codes = Codes(tenant_id=tenant.id, clock=tenant.clock)
        self._consents: set[tuple[Application, Person]] = set()

    def answer(self, authorization_url: str, person: Person) -> str:
        """Sign a person in without a browser, and return where Entra sends it back to.

        ``authorization_url`` is the address that the application redirected to.
        Nothing is requested: give the answer to the application yourself.

        Raises:
            SignInRefused: Entra stops with a page of its own that says so.
        """
        parts = urlsplit(authorization_url)
        if parts.path != f"/{self.tenant.id}/oauth2/v2.0/authorize":
            raise SignInRefused(90002, authorization_url)
        base = f"{parts.scheme}://{parts.netloc}/{self.tenant.id}"
        browser = Browser()
        try:
            request = self.check(base, parts.query, browser)
            answer = self.sign_in(base, request, browser, person)
        except SignInRefused as refused:
            if refused.stays_on_page or isinstance(refused, ConsentMissing):
                raise
            return answer_of(refused).address
        self.browsers[browser.sign_ins[person].sid] = browser
        return answer.address

    def sign_out(self, person: Person) -> dict[str, int | None]:
        """Sign a person out of all browsers, and tell their applications.

        It requests the front-channel logout URLs, as a browser would in its frames.

        Returns:
            The status that each address answered; None where nobody answered.
        """
        statuses: dict[str, int | None] = {}
        with urllib3.PoolManager(retries=False, timeout=10) as pool:
            for address in self.end_sessions(self.browsers.values(), person):
                try:
                    statuses[address] = pool.request("GET", address).status
                except urllib3.exceptions.HTTPError:
                    statuses[address] = None
        return statuses

    def check(self, base: str, query: str, browser: Browser) -> Request:
        """Return an authorization request that is all right as such.

        Raises:
            SignInRefused: It is not, or the code of such an error is provoked.
        """
        # Whatever is not well-formed, oauthlib would not take.
        parameters = parse_qsl(query, keep_blank_values=True)
        uri = f"{_SECURE}?{urlencode(parameters)}"
        try:
            _scopes, info = self._endpoints(
                base, browser
            ).validate_authorization_request(uri)
        except errors.OAuth2Error as error:
            raise in_entra_s_form(error) from None
        request: Request = info["request"]
        refuse_if_provoked(request, Stage.REQUEST)
        return request

    def person_at_once(self, request: Request, browser: Browser) -> Person | None:
        """Return who goes on without being asked, or None where a page asks.

        Raises:
            SignInRefused: A page has to ask, and the request forbids it.
        """
        prompts = _prompts_of(request)
        if prompts & {"login", "select_account"} or _asks_anew(request):
            return None
        hint = request.login_hint
        people = [
            person
            for person in self.people
            if person in browser.sign_ins and (not hint or _is_named(person, hint))
        ]
        if len(people) == 1:
            return people[0]
        if "none" in prompts:
            raise SignInRefused(50058, request=request)
        return None

    def person_hinted(self, hint: str) -> Person | None:
        """Return the person that a login hint means, or None."""
        return next((p for p in self.people if _is_named(p, hint)), None)

    def person_of_login_hint(self, claim: str) -> Person | None:
        """Return whose claim ``login_hint`` it is, or None.

        A logout hint is nothing else: by a name, Entra does not know who is meant.
        """
        return next((p for p in self.people if login_hint_of(p) == claim), None)

    def person_named(self, name: str) -> Person:
        """Return whose user principal name or mail address a name is.

        Raises:
            SignInRefused: It is nobody's.
        """
        person = self.person_hinted(name)
        if person is None:
            domains = {_domain(one.user_principal_name) for one in self.people}
            raise SignInRefused(50034 if _domain(name) in domains else 50020, name)
        return person

    def sign_in(
        self,
        base: str,
        request: Request,
        browser: Browser,
        person: Person,
        *,
        has_consented: bool = False,
    ) -> Answer:
        """Sign a person in, and return what the browser carries back.

        Raises:
            SignInRefused: The person may not, or an error is provoked.
        """
        with self.tenant.lock:
            sign_in = self._authenticate(request, browser, person)
            self._authorize(request, person, has_consented=has_consented)
            sign_in.applications[application_of(request)] = None
            _headers, answer, _status = self._endpoints(
                base, browser
            ).create_authorization_response(
                request.uri, scopes=request.scopes, credentials={"sign_in": sign_in}
            )
        return answer  # type: ignore[no-any-return]

    def token(
        self,
        base: str,
        form: Iterable[tuple[str, str]],
        headers: Mapping[str, str],
    ) -> tuple[int, str]:
        """Return the status and the JSON that the token endpoint answers."""
        try:
            # Entra takes a request with that header for one of a page's scripts.
            if "Origin" in headers:
                raise SignInRefused(9002326, headers["Origin"])
            with self.tenant.lock:
                _headers, body, status = self._endpoints(
                    base, Browser()
                ).create_token_response(
                    _SECURE,
                    body=urlencode(list(form)),
                    headers=dict(headers),
                    credentials={"ext_expires_in": TOKEN_LIFETIME},
                )
        except errors.OAuth2Error as error:
            refused = in_entra_s_form(error)
            return refused.status_code, refused.json
        return status, body

    def end_sessions(
        self, browsers: Iterable[Browser], person: Person | None = None
    ) -> list[str]:
        """Sign a person, or everybody, out of browsers.

        Returns:
            The front-channel logout URLs of their applications, with ``sid``:
            https://openid.net/specs/openid-connect-frontchannel-1_0.html
        """
        addresses = []
        with self.tenant.lock:
            for browser in browsers:
                for sign_in in list(browser.sign_ins.values()):
                    if person not in (None, sign_in.person):
                        continue
                    del browser.sign_ins[sign_in.person]
                    addresses += [
                        add_params_to_uri(
                            application.logout_url, [("sid", sign_in.sid)]
                        )
                        for application in sign_in.applications
                        if application.logout_url
                    ]
        return addresses

    @property
    def people(self) -> list[Person]:
        """Those who are there, disabled ones included."""
        return [p for p in self.tenant.people.values() if p.deleted_at is None]

    def _authenticate(
        self, request: Request, browser: Browser, person: Person
    ) -> SignIn:
        if person not in self.people:
            raise SignInRefused(50034, person.user_principal_name, request=request)
        if not person.account_enabled:
            raise SignInRefused(50057, person.user_principal_name, request=request)
        sign_in = browser.sign_ins.setdefault(person, SignIn(person=person))
        if _asks_anew(request):
            sign_in.at = datetime.datetime.now(datetime.UTC)
        return sign_in

    def _authorize(
        self, request: Request, person: Person, *, has_consented: bool
    ) -> None:
        application = application_of(request)
        refuse_if_provoked(request, Stage.PERSON)
        if application.assignment_required and not application.has_assigned(person):
            about = f"{person.user_principal_name}, {application.display_name}"
            raise SignInRefused(50105, about, request=request)
        if has_consented:
            self._consents.add((application, person))
        elif "consent" in _prompts_of(request) or not (
            application.has_consent or (application, person) in self._consents
        ):
            raise ConsentMissing(request)

    def _endpoints(self, base: str, browser: Browser) -> EntraEndpoints:
        return EntraEndpoints(
            EntraValidator(
                tenant=self.tenant,
                base=base,
                codes=self._codes,
                browser=browser,
                id_token=self._id_token,
                access_token=self._access_token,
            )
        )

    def _access_token(
        self, application: Application, permissions: list[str] | None
    ) -> str:
        if permissions is None:
            return access_tokens.app_only(self.keys, self.tenant.id, application)
        return access_tokens.delegated(
            self.keys, self.tenant.id, application.client_id, permissions
        )

    def _id_token(self, issued: IssuedCode, base: str) -> str:
        claims = claims_of(
            issued.sign_in,
            issued.application,
            tenant_id=self.tenant.id,
            issuer=issuer_of(base),
            scopes=issued.scopes,
            now=datetime.datetime.now(datetime.UTC) + self.clock_skew,
            has_max_age=issued.has_max_age,
        )
        if issued.nonce is not None:
            claims["nonce"] = issued.nonce
        return self.keys.sign(claims)


def _prompts_of(request: Request) -> set[str]:
    """Return the values of ``prompt``, which is a list (OpenID Connect Core §3.1.2.1)."""
    return set((request.prompt or "").split())


def _asks_anew(request: Request) -> bool:
    return "login" in _prompts_of(request) or request.max_age == "0"


def _is_named(person: Person, name: str) -> bool:
    names = {person.user_principal_name, person.provisioned_name}
    names |= {person.profile.get("mail", "")} - {""}
    return name.strip().lower() in {one.lower() for one in names} or (
        name == login_hint_of(person)
    )


def _domain(name: str) -> str:
    return name.rpartition("@")[2].strip().lower()
