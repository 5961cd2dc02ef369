"""Several requests of one browser, while Entra takes its time."""

from __future__ import annotations

import pytest
import requests

pytestmark = pytest.mark.django_db(transaction=True)

ENGINES = ["db", "cache", "cached_db", "file"]


@pytest.fixture
def product(live_server, entra, settings):
    """The address of the product, served for real."""
    settings.ROOT_URLCONF = "tests.support.urls"
    entra.application.redirect_uris.append(f"{live_server.url}/entra/callback/")
    return live_server.url


@pytest.fixture
def http():
    """A browser."""
    with requests.Session() as session:
        yield session


def get(session, url, **query):
    return session.get(url, params=query, allow_redirects=False, timeout=10)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_answer_works_once_even_while_it_is_checked(
    active, person, entra, product, http, settings, engine
):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    to_entra = get(http, f"{product}/entra/sign-in/").headers["Location"]
    answer = get(http, to_entra).headers["Location"]
    cookies = dict(http.cookies)
    replayed = []

    def replay():
        entra.meanwhile = None
        replayed.append(
            requests.get(answer, cookies=cookies, allow_redirects=False, timeout=10)
        )

    entra.meanwhile = replay

    assert get(http, answer).status_code == 302
    assert [response.status_code for response in replayed] == [400]
    assert get(http, f"{product}/who/").json()["user"] == person.pk


@pytest.mark.parametrize("engine", ENGINES)
def test_another_tab_may_begin_while_one_comes_in(
    active, person, entra, product, http, settings, engine
):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    to_entra = get(http, f"{product}/entra/sign-in/", next="/one").headers["Location"]
    answer = get(http, to_entra).headers["Location"]
    begun = []

    def begin():
        entra.meanwhile = None
        with requests.Session() as other_tab:
            other_tab.cookies.update(http.cookies)
            url = f"{product}/entra/sign-in/"
            begun.append(get(other_tab, url, next="/two").headers["Location"])
            http.cookies.update(other_tab.cookies)

    entra.meanwhile = begin

    assert get(http, answer).headers["Location"] == "/one"
    answer = get(http, begun[0]).headers["Location"]
    assert get(http, answer).headers["Location"] == "/two"
