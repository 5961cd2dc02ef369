"""What applications get from the token endpoint, and when they get nothing."""

from __future__ import annotations

import base64
import datetime
import time
import uuid

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509.oid import NameOID

from entra_emulator import Tenant
from entra_emulator.applications import Certificate
from entra_emulator.identity import IdentityProvider, SigningKeys
from support.client_application import REDIRECT_URI, ClientApplication

MINUTES = datetime.timedelta(minutes=1)
DAYS = datetime.timedelta(days=1)


class TestIDToken:
    def test_the_answer_is_entra_s(self, client_application, ann):
        """A bearer token for Graph, and an ID token; no refresh token."""
        status, body = client_application.token(client_application.answer(ann)["code"])

        assert status == 200
        assert body.keys() == {
            "token_type",
            "scope",
            "expires_in",
            "ext_expires_in",
            "access_token",
            "id_token",
        }

    def test_the_claims(self, client_application, tenant, ann):
        """Who the person is, in which tenant, for which application and request."""
        before = int(time.time())

        claims = client_application.claims(ann)

        assert claims["oid"] == ann.object_id
        assert claims["tid"] == tenant.id
        assert claims["preferred_username"] == "ann@contoso.example"
        assert claims["name"] == "Ann Smith"
        assert claims["email"] == "ann@contoso.example"
        assert claims["roles"] == ["Viewer"]
        assert claims["nonce"] == "nonce"
        assert claims["ver"] == "2.0"
        assert before <= claims["iat"] == claims["nbf"] == claims["exp"] - 3600
        assert "email_verified" not in claims
        assert "sid" not in claims

    def test_scopes_decide(self, client_application, ann):
        """Without profile nobody learns the object ID."""
        claims = client_application.claims(ann, scope="openid")

        assert {"oid", "name", "preferred_username", "email"}.isdisjoint(claims)

    def test_without_openid_there_is_none(self, client_application, ann):
        """That is plain OAuth."""
        answer = client_application.answer(ann, scope="profile")

        assert "id_token" not in client_application.token(answer["code"])[1]

    def test_a_person_without_mail_has_no_email(self, client_application, tenant, ann):
        tenant.change_person(ann, {"mail": ""})

        assert "email" not in client_application.claims(ann)

    def test_the_subject_is_pairwise(self, client_application, tenant, ann, secret):
        """Stable for one application, another one for each."""
        other = tenant.add_application("Other")
        other.redirect_uris.append(REDIRECT_URI)
        other.assign(ann)
        others = ClientApplication(
            client_application.provider, other, tenant.add_secret(other)
        )

        subject = client_application.claims(ann)["sub"]

        assert subject == client_application.claims(ann)["sub"] != ann.object_id
        assert subject != others.claims(ann)["sub"]

    def test_roles_are_values(self, client_application, application, tenant, ann):
        """By groups and of disabled roles too; default access has none."""
        uploader = application.add_role("Uploader")
        application.assign(tenant.add_group("Uploaders", [ann]), uploader)
        application.change_role(uploader, is_enabled=False)

        assert client_application.claims(ann)["roles"] == ["Viewer", "Uploader"]

        application.unassign(ann)
        application.unassign(tenant.groups[0])
        application.assign(ann)

        assert "roles" not in client_application.claims(ann)

    def test_a_guest(self, client_application, application, tenant):
        """Named by the address at home, from where the person signs in."""
        guest = tenant.add_person(
            "eve_partner.example#EXT#@contoso.example",
            "Eve",
            mail="eve@partner.example",
            is_guest=True,
        )
        application.assign(guest)
        application.optional_claims |= {"acct", "upn"}

        claims = client_application.claims(guest)

        assert claims["preferred_username"] == "eve@partner.example"
        assert claims["idp"].startswith("https://sts.windows.net/")
        assert claims["acct"] == 1
        assert "upn" not in claims

    def test_optional_claims(self, client_application, application, tenant, ann):
        """Only those that are configured."""
        application.optional_claims |= {
            "upn",
            "given_name",
            "family_name",
            "acct",
            "login_hint",
            "sid",
            "auth_time",
            "ctry",
            "xms_edov",
        }
        tenant.change_person(ann, {"country": "BE"})

        claims = client_application.claims(ann)

        assert claims["upn"] == "ann@contoso.example"
        assert (claims["given_name"], claims["family_name"]) == ("Ann", "Smith")
        assert claims["acct"] == 0
        assert uuid.UUID(claims["sid"])
        assert claims["auth_time"] <= claims["iat"]
        assert claims["login_hint"].startswith("O.")
        assert claims["ctry"] == "BE"
        assert claims["xms_edov"] is True

    def test_a_country_that_is_no_code(
        self, client_application, application, tenant, ann
    ):
        application.optional_claims.add("ctry")
        tenant.change_person(ann, {"country": "Belgium"})

        assert "ctry" not in client_application.claims(ann)

    def test_a_clock_that_is_wrong(self, client_application, provider, ann):
        """Ahead of the real time by as much as somebody wants."""
        provider.clock_skew = 3 * MINUTES

        status, body = client_application.token(client_application.answer(ann)["code"])
        claims = jwt.decode(body["id_token"], options={"verify_signature": False})

        assert status == 200
        assert claims["iat"] - time.time() == pytest.approx(180, abs=30)

    def test_the_tenant_s_clock_changes_no_token(self, client_application, tenant, ann):
        """Products check tokens by the real time."""
        tenant.clock.advance(30 * DAYS)

        assert client_application.claims(ann)["iat"] <= time.time()


class TestCodes:
    @pytest.fixture
    def code(self, client_application, ann):
        return client_application.answer(ann)["code"]

    def test_once(self, client_application, code):
        assert client_application.token(code)[0] == 200
        assert client_application.refusal(code) == 54005

    def test_ten_minutes(self, client_application, tenant, code):
        tenant.clock.advance(10 * MINUTES)

        assert client_application.refusal(code) == 70008

    def test_a_refusal_does_not_use_it_up(self, client_application, code):
        assert client_application.refusal(code, client_secret="wrong") == 7000215
        assert client_application.token(code)[0] == 200

    @pytest.mark.parametrize("verifier", ["x" * 43, None])
    def test_the_verifier_proves_who_asked(self, client_application, code, verifier):
        assert client_application.refusal(code, code_verifier=verifier) == 501481

    def test_pkce_is_not_a_must(self, client_application, ann):
        """Applications with a secret may do without."""
        answer = client_application.answer(
            ann, code_challenge=None, code_challenge_method=None
        )

        status, _body = client_application.token(answer["code"], code_verifier=None)

        assert status == 200

    def test_the_redirect_uri_is_the_same(self, client_application, application, code):
        application.redirect_uris.append("https://product.example/other/")

        number = client_application.refusal(
            code, redirect_uri="https://product.example/other/"
        )

        assert number == 50011

    def test_of_another_application(self, client_application, tenant, code):
        other = tenant.add_application("Other")
        secret = tenant.add_secret(other)

        number = client_application.refusal(
            code, client_id=other.client_id, client_secret=secret.value
        )

        assert number == 700005

    def test_of_another_tenant(self, client_application, entra_signing_keys, ann):
        """Whose application may even have the same name."""
        fabrikam = Tenant("Fabrikam")
        carol = fabrikam.add_person("carol@fabrikam.example")
        theirs = fabrikam.add_application("Product")
        theirs.redirect_uris.append(REDIRECT_URI)
        theirs.assign(carol)
        elsewhere = ClientApplication(
            IdentityProvider(fabrikam, entra_signing_keys),
            theirs,
            fabrikam.add_secret(theirs),
        )

        code = elsewhere.answer(carol)["code"]

        assert client_application.refusal(code) == 700005

    @pytest.mark.parametrize("code", ["invented", "", "0"])
    def test_an_invented_one(self, client_application, code):
        assert client_application.refusal(code or "x") == 70000

    @pytest.mark.parametrize(
        ("changes", "number"),
        [
            ({"grant_type": "password"}, 70003),
            ({"grant_type": None}, 70003),
            ({"code": None}, 9002313),
            ({"client_id": None}, 900144),
            ({"client_id": "11111111-1111-4111-8111-111111111111"}, 700016),
        ],
    )
    def test_requests_that_are_none(self, client_application, code, changes, number):
        changes = {"code": code, **changes}

        assert client_application.refusal(**changes) == number

    def test_pages_redeem_none(self, client_application, code):
        """A script of a page sends an Origin, servers do not."""
        number = client_application.refusal(code, headers={"Origin": "https://a.b"})

        assert number == 9002326


class TestSecrets:
    @pytest.fixture
    def code(self, client_application, ann):
        return client_application.answer(ann)["code"]

    def test_the_id_in_place_of_the_value(self, client_application, code, secret):
        """The classic mistake."""
        assert client_application.refusal(code, client_secret=secret.id) == 7000215

    def test_expired_by_the_tenant_s_clock(self, client_application, tenant, ann):
        """Nobody waits half a year to rehearse that."""
        tenant.clock.advance(181 * DAYS)
        code = client_application.answer(ann)["code"]

        assert client_application.refusal(code) == 7000222

    def test_two_at_once(self, client_application, tenant, application, ann):
        """So that one can replace the other."""
        tenant.clock.advance(181 * DAYS)
        new = tenant.add_secret(application)
        code = client_application.answer(ann)["code"]

        assert client_application.token(code, client_secret=new.value)[0] == 200

    def test_none_at_all(self, client_application, code):
        assert client_application.refusal(code, client_secret=None) == 7000218

    def test_in_the_header(self, client_application, code, secret):
        """Form-encoded, as RFC 6749 §2.3.1 says."""
        user = (
            f"{client_application.form['client_id']}:{secret.value.replace('~', '%7E')}"
        )
        header = "Basic " + base64.b64encode(user.encode()).decode()

        status, _body = client_application.token(
            code,
            headers={"Authorization": header},
            client_id=None,
            client_secret=None,
        )

        assert status == 200

    @pytest.mark.parametrize(
        ("value", "number"),
        [
            ("Basic ä", 9002313),
            ("Basic !", 9002313),
            ("Basic /w==", 9002313),
            ("Basic", 900144),
        ],
    )
    def test_a_header_that_is_none(self, client_application, code, value, number):
        assert number == client_application.refusal(
            code, headers={"Authorization": value}, client_secret=None
        )


@pytest.fixture(scope="module")
def key():
    """The private key of a certificate; making one takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate_of(key, *, days=30):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "product")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAYS)
        .not_valid_after(now + days * DAYS)
        .sign(key, SHA256())
    )
    return Certificate(certificate=certificate)


class TestCertificates:
    @pytest.fixture
    def certificate(self, application, key):
        certificate = certificate_of(key)
        application.certificates.append(certificate)
        return certificate

    @pytest.fixture
    def redeem(self, client_application, application, ann, certificate, key):
        """Redeem a code by an assertion with changes; return what came of it."""

        def redeem(algorithm="PS256", headers=None, signed_with=key, **changes):
            now = int(time.time())
            claims = {
                "aud": f"{client_application.base}/oauth2/v2.0/token",
                "iss": application.client_id,
                "sub": application.client_id,
                "jti": str(uuid.uuid4()),
                "nbf": now,
                "iat": now,
                "exp": now + 300,
                **changes,
            }
            assertion = jwt.encode(
                claims,
                signed_with,
                algorithm=algorithm,
                headers=headers or {"x5t#S256": certificate.thumbprint},
            )
            status, body = client_application.token(
                client_application.answer(ann)["code"],
                client_secret=None,
                client_assertion=assertion,
                client_assertion_type=(
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                ),
            )
            return status if status == 200 else body["error_codes"][0]

        return redeem

    @pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
    def test_in_place_of_a_secret(self, redeem, algorithm):
        assert redeem(algorithm) == 200

    def test_named_as_older_libraries_do(self, redeem, certificate):
        """By SHA-1."""
        digest = certificate.certificate.fingerprint(SHA1())
        thumbprint = base64.urlsafe_b64encode(digest).decode()

        assert redeem("RS256", {"x5t": thumbprint}) == 200

    def test_signed_with_another_key(self, redeem):
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

        assert redeem(signed_with=other) == 700027

    def test_of_a_certificate_that_was_not_uploaded(self, redeem, application):
        application.certificates.clear()

        assert redeem() == 700027

    @pytest.mark.parametrize("headers", [{"x5t#S256": "AAAA"}, {"kid": "x"}])
    def test_that_names_no_certificate(self, redeem, headers):
        assert redeem(headers=headers) == 700027

    def test_of_an_expired_certificate(self, redeem, tenant):
        tenant.clock.advance(31 * DAYS)

        assert redeem() == 700027

    @pytest.mark.parametrize(
        ("changes", "number"),
        [
            ({"aud": "https://elsewhere.example"}, 700023),
            ({"exp": 1_000_000_000}, 700024),
            ({"nbf": 4_000_000_000}, 700024),
            ({"iss": "somebody"}, 700027),
            ({"sub": "somebody"}, 700027),
        ],
        ids=str,
    )
    def test_that_says_something_else(self, redeem, changes, number):
        assert redeem(**changes) == number

    def test_that_is_no_token(self, client_application, application, ann):
        number = client_application.refusal(
            client_application.answer(ann)["code"],
            client_secret=None,
            client_assertion="x.y.z",
            client_assertion_type=(
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            ),
        )

        assert number == 700027


class TestKeys:
    @pytest.fixture
    def provider(self, tenant):
        """With keys of its own, to be changed."""
        return IdentityProvider(tenant, SigningKeys())

    def test_a_new_one_signs_and_the_old_one_stays_known(
        self, client_application, provider, ann
    ):
        """Both are published: tokens on their way can be checked."""
        answers = [client_application.answer(ann) for _ in range(2)]
        old = client_application.token(answers[0]["code"])[1]["id_token"]

        provider.keys.roll_over()
        new = client_application.token(answers[1]["code"])[1]["id_token"]

        assert client_application.verify(old)["oid"] == ann.object_id
        assert client_application.verify(new)["oid"] == ann.object_id
        kids = [jwt.get_unverified_header(token)["kid"] for token in (old, new)]
        assert [k["kid"] for k in provider.keys.published("")["keys"]] == kids

    def test_the_old_one_disappears(self, client_application, provider, ann):
        """As after a compromise."""
        code = client_application.answer(ann)["code"]
        old = client_application.token(code)[1]["id_token"]

        provider.keys.roll_over()
        provider.keys.retire_old()

        [key] = provider.keys.published("")["keys"]
        assert key["kid"] != jwt.get_unverified_header(old)["kid"]
        assert client_application.claims(ann)


class TestTheApplicationItself:
    """Client credentials, by which an administrator's tools prove a secret."""

    GRANT = {
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
    }

    def test_a_token_without_a_person(self, client_application):
        status, body = client_application.token(code=None, **self.GRANT)

        assert status == 200
        assert "id_token" not in body
        assert body["access_token"]

    def test_a_wrong_secret(self, client_application):
        status, body = client_application.token(
            code=None, **self.GRANT | {"client_secret": "wrong"}
        )

        assert (status, body["error_codes"]) == (401, [7000215])

    def test_a_person_s_scope(self, client_application):
        status, body = client_application.token(
            code=None, **self.GRANT | {"scope": "openid"}
        )

        assert (status, body["error_codes"]) == (400, [70011])
