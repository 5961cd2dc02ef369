"""What people see of a sign-in: who they are, consent, refusals and signing out."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from oauthlib.common import Request, add_params_to_uri

from entra_emulator.directory import Person
from entra_emulator.sign_in_errors import Stage
from entra_emulator.web import SiteRequest, render

from .protocol import Answer, answer_of
from .provider import IdentityProvider
from .refusals import ConsentMissing, SignInRefused
from .sessions import Browser
from .tenants import base_of, provider_of

_COOKIE = "local_entra"
_MOST = 20
"""How many people the picker offers. The others type their name."""

Page = Callable[[SiteRequest, IdentityProvider, Browser], HttpResponse]


def _page(view: Page) -> Callable[..., HttpResponse]:
    """Give a page its tenant and browser, tell refusals, and remember sign-ins."""

    @functools.wraps(view)
    def answer(request: HttpRequest, tenant_id: str) -> HttpResponse:
        asked = cast("SiteRequest", request)
        try:
            provider = provider_of(asked.emulator.identity_provider, tenant_id)
        except SignInRefused as refused:
            return _refusal(asked, refused)
        if tenant_id == "organizations" and request.method == "GET":
            # Who is signed in to the tenant is known below its own path only.
            path = request.get_full_path()
            return HttpResponseRedirect(
                path.replace(f"/{tenant_id}/", f"/{provider.tenant.id}/", 1)
            )
        key = request.COOKIES.get(_COOKIE, "")
        browser = provider.browsers.get(key, Browser())
        try:
            with provider.tenant.lock:
                response = view(asked, provider, browser)
        except SignInRefused as refused:
            if not refused.stays_on_page:
                response = _back(asked, answer_of(refused))
            elif refused.stage is Stage.PERSON:
                response = _refusal(asked, refused, _another_account(asked, provider))
            else:
                response = _refusal(asked, refused)
        # Also of people who are refused afterwards: Entra knows who they are.
        if browser.sign_ins and key not in provider.browsers:
            key = secrets.token_urlsafe(32)
            provider.browsers[key] = browser
            response.set_cookie(
                _COOKIE,
                key,
                path=f"/{provider.tenant.id}/",
                httponly=True,
                samesite="Lax",
            )
        return response

    return answer


@csrf_exempt
@require_http_methods(["GET", "POST"])
@_page
def authorize(
    request: SiteRequest, provider: IdentityProvider, browser: Browser
) -> HttpResponse:
    """The authorization endpoint: straight through, or by way of the picker."""
    query = request.GET if request.method == "GET" else request.POST
    asked = provider.check(
        base_of(request.get_host(), provider.tenant), query.urlencode(), browser
    )
    person = provider.person_at_once(asked, browser)
    if person is None:
        return _picker(request, provider, browser, asked, query)
    return _proceed(request, provider, browser, asked, person, query)


@require_POST
@_page
def login(
    request: SiteRequest, provider: IdentityProvider, browser: Browser
) -> HttpResponse:
    """What somebody chose in the picker or on the page of consent."""
    query = request.GET
    asked = provider.check(
        base_of(request.get_host(), provider.tenant), query.urlencode(), browser
    )
    if "cancel" in request.POST:
        raise SignInRefused(65004, request=asked)
    person = provider.tenant.people.get(request.POST.get("person", ""))
    if person is None:
        person = provider.person_named(request.POST.get("name", ""))
    return _proceed(request, provider, browser, asked, person, query)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@_page
def logout(
    request: SiteRequest, provider: IdentityProvider, browser: Browser
) -> HttpResponse:
    """End the session here, and in hidden frames at the applications.

    https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
    """
    query = request.GET if request.method == "GET" else request.POST
    person = None
    if hint := query.get("logout_hint"):
        person = provider.person_of_login_hint(hint)
    addresses = provider.end_sessions([browser], person)
    target = query.get("post_logout_redirect_uri", "")
    if any(target in one.redirect_uris for one in provider.tenant.applications):
        if "state" in query:
            target = add_params_to_uri(target, [("state", query["state"])])
    else:
        target = ""
    return render(
        request,
        "signed_out.html",
        {"addresses": addresses, "target": target, "tenant": provider.tenant},
        frames=tuple(addresses),
    )


def _picker(
    request: SiteRequest,
    provider: IdentityProvider,
    browser: Browser,
    asked: Request,
    query: QueryDict,
) -> HttpResponse:
    hint = asked.login_hint or ""
    hinted = provider.person_hinted(hint)
    people = sorted(
        provider.people,
        key=lambda person: (
            person is not hinted,
            person not in browser.sign_ins,
            person.display_name.casefold(),
        ),
    )
    return render(
        request,
        "picker.html",
        {
            **_context(request, provider, asked, query),
            "people": people[:_MOST],
            "has_more": len(people) > _MOST,
            "signed_in": browser.sign_ins,
            "hinted": hinted,
            "name": "" if hinted else hint,
        },
        forms_lead_to=str(asked.redirect_uri),
    )


def _proceed(
    request: SiteRequest,
    provider: IdentityProvider,
    browser: Browser,
    asked: Request,
    person: Person,
    query: QueryDict,
) -> HttpResponse:
    try:
        answer = provider.sign_in(
            base_of(request.get_host(), provider.tenant),
            asked,
            browser,
            person,
            has_consented="consent" in request.POST,
        )
    except ConsentMissing:
        if asked.prompt == "none":
            raise
        return render(
            request,
            "consent.html",
            {**_context(request, provider, asked, query), "person": person},
            forms_lead_to=str(asked.redirect_uri),
        )
    return _back(request, answer)


def _back(request: SiteRequest, answer: Answer) -> HttpResponse:
    if answer.response_mode != "form_post":
        return HttpResponseRedirect(answer.address)
    return render(
        request,
        "form_post.html",
        {"answer": answer},
        forms_lead_to=answer.redirect_uri,
    )


def _refusal(
    request: SiteRequest, refused: SignInRefused, another_account: str = ""
) -> HttpResponse:
    return render(
        request,
        "refused.html",
        {"refused": refused, "another_account": another_account},
        status=refused.status_code,
    )


def _another_account(request: SiteRequest, provider: IdentityProvider) -> str:
    """Return where somebody goes who is signed in with the wrong account."""
    query = request.GET.copy()
    query["prompt"] = "select_account"
    return f"{reverse('authorize', args=[provider.tenant.id])}?{query.urlencode()}"


def _context(
    request: SiteRequest, provider: IdentityProvider, asked: Request, query: QueryDict
) -> dict[str, Any]:
    login_url = reverse("login", args=[provider.tenant.id])
    return {
        "tenant": provider.tenant,
        "application": asked.client,
        "action": f"{login_url}?{query.urlencode()}",
    }
