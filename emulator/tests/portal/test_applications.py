"""The portal's pages of an application."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from entra_emulator.sign_in_errors import SIGN_IN_ERRORS


class TestAppRoles:
    def test_two_are_there_from_the_beginning(self, visitor, app_home):
        page = visitor.open(f"{app_home}app-roles/")

        assert "User none Enabled" in page.text
        assert "msiam_access none Enabled" in page.text

    def test_a_role_is_made(self, visitor, app_home, application):
        visitor.open(f"{app_home}app-roles/new/")

        page = visitor.press(
            "Apply", display_name="May upload", description="May", value="Uploader"
        )

        assert "May upload was created." in page.text
        role = application.app_roles[-1]
        assert (role.display_name, role.value) == ("May upload", "Uploader")
        assert role.is_enabled

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            ("May upload", "has no spaces"),
            ("Viewer", "Another app role has this Value"),
            ("", "This field is required"),
        ],
    )
    def test_a_wrong_value_is_explained(
        self, visitor, app_home, application, value, reason
    ):
        application.add_role("Viewer")
        visitor.open(f"{app_home}app-roles/new/")

        page = visitor.press(
            "Apply", display_name="Uploads", description="May", value=value
        )

        assert reason in page.text
        assert page.forms[0].fields["display_name"] == "Uploads"
        assert len(application.app_roles) == 3

    def test_a_role_is_changed_for_those_who_have_it(
        self, visitor, app_home, tenant, application
    ):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        role = application.add_role("Viewer")
        application.assign(ann, role)
        before = ann.revision
        visitor.open(f"{app_home}app-roles/{role.id}/")

        visitor.press("Apply", description="Reads", value="Reader", is_enabled=None)

        assert role.value == "Reader"
        assert not role.is_enabled
        assert ann.revision > before

    def test_the_born_ones_get_a_value(self, visitor, app_home, application):
        user = application.app_roles[0]
        visitor.open(f"{app_home}app-roles/{user.id}/")

        visitor.press("Apply", display_name="Users", description="All")
        assert user.value is None

        visitor.open(f"{app_home}app-roles/{user.id}/")
        visitor.press("Apply", description="All", value="User")
        assert user.value == "User"


class TestAssignments:
    def test_people_and_groups_are_assigned(
        self, visitor, app_home, tenant, application
    ):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        group = tenant.add_group("Sales")
        role = application.add_role("Viewer")
        visitor.open(f"{app_home}assignments/add/")

        page = visitor.press(
            "Assign", principal=[ann.object_id, group.object_id], role=role.id
        )

        assert "Assigned: Ann Smith, Sales" in page.text
        assert application.roles_of(ann) == [role]
        assert len(application.assignments) == 2

    def test_default_access(self, visitor, app_home, tenant, application):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        visitor.open(f"{app_home}assignments/add/")

        page = visitor.press("Assign", principal=[ann.object_id], role="")

        assert "Default Access" in page.text
        assert application.has_assigned(ann)
        assert application.roles_of(ann) == []

    def test_what_is_missing_is_asked_for(self, visitor, app_home, tenant, application):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        role = application.add_role("Viewer")
        visitor.open(f"{app_home}assignments/add/")

        page = visitor.press("Assign", role=role.id)
        assert "Choose a user or a group." in page.text
        assert page.forms[1].fields["role"] == [role.id]

        page = visitor.press("Assign", role=None, principal=[ann.object_id])
        assert "Choose a role." in page.text
        assert page.forms[1].fields["principal"] == [ann.object_id]

        visitor.press("Assign", role=role.id)
        visitor.open(f"{app_home}assignments/add/")
        page = visitor.press("Assign", role=role.id, principal=[ann.object_id])
        assert "They have this assignment already." in page.text

    def test_neither_the_deleted_nor_the_disabled_are_offered(
        self, visitor, app_home, tenant, application
    ):
        tenant.delete(tenant.add_person("ann@contoso.example", "Ann Smith"))
        role = application.add_role("Viewer")
        application.change_role(role, is_enabled=False)

        page = visitor.open(f"{app_home}assignments/add/")

        assert "Ann Smith" not in page.text
        assert "Viewer" not in page.text

    def test_an_assignment_is_removed(self, visitor, app_home, tenant, application):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        application.assign(ann, application.add_role("Viewer"))
        visitor.open(f"{app_home}assignments/")
        again = visitor.page

        page = visitor.press("Remove the assignment of Ann Smith")
        assert "was removed" in page.text
        assert application.assignments == []

        visitor.page = again
        page = visitor.press("Remove the assignment of Ann Smith")
        assert "This assignment is gone already." in page.text

    def test_thousands_can_be_searched(self, visitor, app_home, tenant, application):
        for number in range(2_000):
            person = tenant.add_person(f"p{number}@contoso.example", f"P {number}")
            application.assign(person)

        page = visitor.open(f"{app_home}assignments/?q=p199")
        assert "P 1999" in page.text
        assert "P 1 " not in page.text

        page = visitor.open(f"{app_home}assignments/add/")
        assert "There are more. Search for a name." in page.text
        assert "P 1999" in visitor.press("Search", q="P 1999").text


class TestRegistration:
    def test_properties(self, visitor, app_home, application):
        visitor.open(f"{app_home}properties/")

        visitor.press("Save", is_enabled=None, assignment_required=None)

        assert not application.is_enabled
        assert not application.assignment_required

    def test_consent(self, visitor, app_home, application):
        visitor.open(f"{app_home}permissions/")

        page = visitor.press("Revoke admin consent")
        assert "Not granted" in page.text
        assert not application.has_consent

        page = visitor.press("Grant admin consent for Contoso")
        assert "Granted for Contoso" in page.text
        assert application.has_consent

    def test_redirect_uris_come_and_go(self, visitor, app_home, application):
        visitor.open(f"{app_home}authentication/")

        visitor.press("Configure", redirect_uri="http://localhost:8000/callback/")
        visitor.press("Configure", redirect_uri="https://product.example/callback/")
        assert len(application.redirect_uris) == 2

        visitor.press("Remove http://localhost:8000/callback/")
        assert application.redirect_uris == ["https://product.example/callback/"]

    @pytest.mark.parametrize(
        ("address", "reason"),
        [
            ("http://product.example/", "for this machine only"),
            ("product.example/callback/", "begins with https://"),
            ("javascript:alert(1)", "begins with https://"),
            ("https://[product/", "This is not an address"),
            ("https://product.example/#x", "neither # nor *"),
            ("https://*.product.example/", "neither # nor *"),
        ],
    )
    @pytest.mark.parametrize(
        ("button", "field"), [("Configure", "redirect_uri"), ("Save", "logout_url")]
    )
    def test_wrong_addresses_are_explained(
        self, visitor, app_home, application, button, field, address, reason
    ):
        visitor.open(f"{app_home}authentication/")

        page = visitor.press(button, **{field: address})

        assert reason in page.text
        assert application.redirect_uris == []
        assert application.logout_url == ""
        form = next(form for form in page.forms if field in form.names)
        assert form.fields[field] == address

    def test_the_logout_url(self, visitor, app_home, application):
        visitor.open(f"{app_home}authentication/")

        visitor.press("Save", logout_url="https://product.example/logout/")

        assert application.logout_url == "https://product.example/logout/"

    def test_optional_claims(self, visitor, app_home, application):
        application.optional_claims = {"sid"}
        visitor.open(f"{app_home}claims/")

        visitor.press("Save", claims=["login_hint", "sid"])

        assert application.optional_claims == {"login_hint", "sid"}

    def test_the_overview_has_what_the_product_asks_for(
        self, visitor, app_home, tenant, application, served
    ):
        page = visitor.open(app_home)

        assert application.client_id in page.text
        assert tenant.id in page.text
        metadata = f"{served.url}/{tenant.id}/v2.0/.well-known/openid-configuration"
        assert metadata in page.text
        assert visitor.session.get(metadata, timeout=20).status_code == 200


def certificate(encoding=serialization.Encoding.PEM):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Product")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=10))
        .sign(key, hashes.SHA256())
    )
    return made, made.public_bytes(encoding)


class TestCredentials:
    def test_a_secret_is_shown_once(self, visitor, app_home, application):
        visitor.open(f"{app_home}secrets/")

        page = visitor.press("Add", description="Production", days="90")

        [secret] = application.secrets
        assert secret.value in page.text
        assert secret.id in page.text
        again = visitor.open(page.url)
        assert secret.value not in again.html
        assert secret.id in again.text

    def test_a_secret_expires_with_time_or_at_once(
        self, visitor, app_home, tenant, application
    ):
        tenant.add_secret(application, "Old")
        tenant.add_secret(application, "New", datetime.timedelta(days=365))
        tenant.clock.advance(datetime.timedelta(days=181))
        assert visitor.open(f"{app_home}secrets/").text.count("Expired") == 1

        page = visitor.press("Let it expire")

        assert page.text.count("Expired") == 2
        assert application.secrets[1].expires_at <= tenant.clock.now()

    def test_a_secret_is_deleted(self, visitor, app_home, tenant, application):
        tenant.add_secret(application, "Old")
        visitor.open(f"{app_home}secrets/")

        visitor.press("Delete")

        assert application.secrets == []

    @pytest.mark.parametrize(
        "encoding", [serialization.Encoding.PEM, serialization.Encoding.DER]
    )
    def test_a_certificate_is_uploaded(self, visitor, app_home, application, encoding):
        made, content = certificate(encoding)
        visitor.open(f"{app_home}secrets/")

        page = visitor.press("Upload", files={"certificate": ("a.cer", content)})

        assert made.fingerprint(hashes.SHA256()).hex(":").upper() in page.text
        assert application.certificates[0].certificate == made

        visitor.press("Delete")
        assert application.certificates == []

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"no certificate", "not an X.509 certificate"),
            (b"-----BEGIN CERTIFICATE-----\nx", "not an X.509 certificate"),
            (b"-----BEGIN PRIVATE KEY-----\nx", "Upload the certificate alone"),
            (b"x" * 70_000, "too large"),
            (b"", "empty"),
        ],
    )
    def test_another_file_is_refused(
        self, visitor, app_home, application, content, reason
    ):
        visitor.open(f"{app_home}secrets/")

        page = visitor.press("Upload", files={"certificate": ("a.cer", content)})

        assert reason in page.text
        assert application.certificates == []


class TestSignInFaults:
    def test_every_error_can_be_provoked(self, visitor, app_home, application):
        page = visitor.open(f"{app_home}sign-in-faults/")
        assert all(f"AADSTS{code}:" in page.text for code in SIGN_IN_ERRORS)

        page = visitor.press("Save", error="53003")
        assert application.provoked_error == 53003
        assert page.forms[0].fields["error"] == "53003"

        visitor.press("Save", error="")
        assert application.provoked_error is None

    def test_keys_roll_over(self, visitor, app_home, served, tenant):
        keys = f"{served.url}/{tenant.id}/discovery/v2.0/keys"

        def published():
            response = visitor.session.get(keys, timeout=20)
            return [key["kid"] for key in response.json()["keys"]]

        before = published()
        visitor.open(f"{app_home}sign-in-faults/")

        visitor.press("Roll the key over")
        assert len(published()) == len(before) + 1

        visitor.press("Withdraw the old keys")
        assert len(published()) == 1

    def test_clock_skew(self, visitor, app_home, entra, tenant):
        provider = entra.identity_provider(tenant.id)
        visitor.open(f"{app_home}sign-in-faults/")

        page = visitor.press("Set", minutes="-7")
        assert provider.clock_skew == datetime.timedelta(minutes=-7)

        page = visitor.press("Set", minutes="x")
        assert "Enter a whole number." in page.text
        assert page.forms[-1].fields["minutes"] == "x"
