"""What is refused in an ID token, check by check: nothing else is wrong with each."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from entra_scim.oidc.id_token import LEEWAY, ClocksDiffer, TokenRefused, verify
from tests.support.entra import new_key

CLIENT, TENANT, OBJECT = uuid.uuid4(), uuid.uuid4(), str(uuid.uuid4())
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
KEY = new_key()
JWK = jwt.PyJWK(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True))


class FromNow(int):
    """Seconds from the time at which a token is made."""


def claims(**changes):
    now = int(time.time())
    right = {
        "iss": ISSUER,
        "aud": str(CLIENT),
        "tid": str(TENANT),
        "oid": OBJECT,
        "sub": "pairwise",
        "nonce": "the nonce",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "ver": "2.0",
    }
    return {
        name: now + value if isinstance(value, FromNow) else value
        for name, value in (right | changes).items()
        if value is not ...
    }


def signed(key=KEY, algorithm="RS256", header=None, **changes):
    headers = {"kid": "one"} if header is None else header
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers=headers)


def by_hand(header, payload, signature=b""):
    """Return a token that no library makes."""
    parts = [json.dumps(part).encode() for part in (header, payload)]
    encoded = [base64.urlsafe_b64encode(part) for part in (*parts, signature)]
    return b".".join(part.rstrip(b"=") for part in encoded).decode()


def check(token):
    return verify(
        token,
        key_of={"one": JWK}.get,
        issuer=ISSUER,
        client_id=CLIENT,
        tenant_id=TENANT,
        nonce="the nonce",
    )


def test_a_right_one():
    assert check(signed())["oid"] == OBJECT
    assert check(signed(azp=str(CLIENT), tid=str(TENANT).upper()))["oid"] == OBJECT


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": ...},
        {"iss": ISSUER + "/"},
        {"iss": f"https://sts.windows.net/{TENANT}/", "ver": "1.0"},
        {"iss": f"https://login.microsoftonline.com/{uuid.uuid4()}/v2.0"},
        {"aud": ...},
        {"aud": str(uuid.uuid4())},
        {"aud": [str(CLIENT)]},
        {"aud": [str(CLIENT), str(uuid.uuid4())]},
        {"azp": str(uuid.uuid4())},
        {"azp": 7},
        {"tid": ...},
        {"tid": str(uuid.uuid4())},
        {"tid": 7},
        {"exp": ...},
        {"exp": FromNow(-LEEWAY - 60)},
        {"exp": "soon"},
        {"exp": []},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"nbf": ...},
        {"nbf": FromNow(LEEWAY + 600)},
        {"nbf": {}},
        {"iat": ...},
        {"iat": FromNow(LEEWAY + 600)},
        {"iat": "x"},
        {"iat": []},
        {"nonce": ...},
        {"nonce": "another"},
        {"nonce": ""},
        {"nonce": None},
        {"nonce": ["the nonce"]},
        {"nonce": "\ud800"},
        {"oid": ...},
        {"name": "\ud800"},
        {"oid": 7},
        {"oid": None},
        {"oid": [OBJECT]},
        {"sub": ...},
        {"sub": 7},
    ],
    ids=str,
)
def test_a_claim(changes):
    with pytest.raises(TokenRefused):
        check(signed(**changes))


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_clocks_may_differ_by_a_minute(name):
    moment = FromNow(20 - LEEWAY if name == "exp" else LEEWAY - 5)

    assert check(signed(**{name: moment}))


DAY = 24 * 60 * 60


def at_another_time(seconds, **changes):
    """Return a token that was right at another time of the day, but for changes."""
    times = {"iat": seconds, "nbf": seconds, "exp": seconds + 3600} | changes
    return signed(**{name: FromNow(value) for name, value in times.items()})


@pytest.mark.parametrize(
    "seconds", [LEEWAY + 60, 20_000, DAY - 60, -4000, -20_000, 60 - DAY]
)
def test_another_clock(seconds):
    """By how much it is ahead, or behind, is for the log."""
    with pytest.raises(ClocksDiffer) as refused:
        check(at_another_time(seconds))

    [told] = re.findall(r"is (-?\d+) s ahead", str(refused.value))
    assert seconds - 30 <= int(told) <= seconds


@pytest.mark.parametrize("difference", [-1000, 0, LEEWAY])
def test_the_times_of_another_clock_may_differ_too(difference):
    with pytest.raises(ClocksDiffer):
        check(at_another_time(20_000, nbf=20_000 + difference))


@pytest.mark.parametrize(
    ("seconds", "changes"),
    [
        (DAY + 60, {}),
        (-DAY - 60, {}),
        (20_000, {"nbf": 20_000 + LEEWAY + 1}),
        (20_000, {"exp": 20_000}),
        (20_000, {"exp": 0}),
        (-20_000, {"exp": -20_000}),
    ],
)
def test_times_that_no_clock_explains(seconds, changes):
    with pytest.raises(TokenRefused) as refused:
        check(at_another_time(seconds, **changes))

    assert refused.type is TokenRefused


@pytest.mark.parametrize("name", ["iat", "nbf", "exp"])
def test_a_time_in_fractions_is_no_clock_s(name):
    past = int(time.time()) - 20_000
    times = {"iat": past, "nbf": past, "exp": past + 3600}

    with pytest.raises(TokenRefused) as refused:
        check(signed(**times | {name: times[name] + 0.5}))

    assert refused.type is TokenRefused


def public_key_as_secret():
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    unsigned = by_hand({"alg": "HS256", "kid": "one"}, claims())[:-1]
    signature = hmac.new(pem, unsigned.encode(), hashlib.sha256).digest()
    encoded = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    return f"{unsigned}.{encoded}"


@pytest.mark.parametrize(
    "make",
    [
        lambda: jwt.encode(claims(), None, algorithm="none", headers={"kid": "one"}),
        lambda: by_hand({"alg": "None", "kid": "one"}, claims()),
        lambda: by_hand({"alg": "RS256", "kid": "one"}, claims()),
        lambda: by_hand({"kid": "one"}, claims()),
        lambda: by_hand({"alg": ["RS256"], "kid": "one"}, claims()),
        lambda: by_hand(["RS256"], claims()),
        lambda: by_hand({"alg": "RS256", "kid": "one", "crit": ["x"]}, claims()),
        public_key_as_secret,
        lambda: signed(algorithm="PS256"),
        lambda: signed(algorithm="RS512"),
        lambda: signed(key=new_key()),
        lambda: signed(header={}),
        lambda: signed(header={"kid": "two"}),
        lambda: by_hand({"alg": "RS256", "kid": 7}, claims()),
        lambda: by_hand({"alg": "RS256", "kid": ["one"]}, claims()),
        lambda: signed() + "x",
        lambda: signed().rpartition(".")[0],
        lambda: signed()[:-20] + "A" * 20,
        lambda: "",
        lambda: "None",
        lambda: "a.b.c",
        lambda: "é.é.é",
        lambda: base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".e30.e30",
    ],
)
def test_a_signature(make):
    with pytest.raises(TokenRefused):
        check(make())
