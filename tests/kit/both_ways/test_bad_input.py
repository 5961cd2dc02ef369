"""What a tenant may be like: a sentence says what to do, and the next run completes."""

from __future__ import annotations

import pytest

from entra_scim.connection import configuration
from entra_scim.kit.plan import KitError
from entra_scim.kit.program.graph import Refusal
from entra_scim.models import EntraSetUp, EnvironmentRole
from tests.kit.graph import InProcess
from tests.support.factories import RoleFactory
from tests.support.kit_faults import WAYS, ByScript, OneFails
from tests.support.kit_run import application_of, new_entra, settled

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("way", WAYS.values(), ids=WAYS),
]


def refused(administrator, transport):
    assert not administrator.attempt(transport)
    return administrator.problem


def connected(environment, application, tenant_id):
    """Save an application in step 1."""
    configuration.save(
        configuration.connection_of(environment),
        client_id=application.client_id,
        tenant_id=tenant_id,
        cloud="global",
        client_secret="a secret",
        client_secret_expires_on=None,
    )


def viewer_of(application):
    (viewer,) = (r for r in application.app_roles if r.value in ("Viewer", "Reader"))
    return viewer


def test_an_application_of_that_name_is_left_alone(started, local, contoso):
    administrator = started()
    name = administrator.plan["name"]
    other = local.tenants[0].add_application(name)
    other.redirect_uris.append("https://other.example/")

    problem = refused(administrator, InProcess(local))

    assert "already" in problem
    assert local.tenants[0].applications == [other]
    other.display_name = "Other"
    assert administrator.attempt(InProcess(local))
    assert other.redirect_uris == ["https://other.example/"]
    assert other not in local.jobs


def test_another_products_application_is_left_alone(started, local, contoso):
    """Though its ID is saved in step 1."""
    other = local.tenants[0].add_application("Other")
    other.logout_url = "https://other.example/out"
    connected(contoso, other, local.tenants[0].id)
    administrator = started()

    problem = refused(administrator, InProcess(local))

    assert "https://other.example/out" in problem
    assert (other.redirect_uris, len(other.app_roles), local.jobs) == ([], 2, {})
    other.logout_url = ""
    assert administrator.attempt(InProcess(local))
    assert other in local.jobs


def test_of_two_applications_of_the_environment_none_is_taken(started, local):
    """Nobody knows which one people are assigned to."""
    administrator = started()
    made = [local.tenants[0].add_application(administrator.plan["name"]) for _ in "ab"]
    for application in made:
        application.logout_url = administrator.plan["application"]["logoutUrl"]

    problem = refused(administrator, InProcess(local))

    assert "several applications of this environment" in problem
    assert all(application.client_id in problem for application in made)
    local.tenants[0].applications.remove(made[0])
    assert administrator.attempt(InProcess(local))
    assert made[1] in local.jobs


def test_an_application_is_known_by_its_roles(started, local):
    """Also where somebody emptied its front-channel logout URL."""
    assert started().attempt(InProcess(local))
    application = application_of(local)
    application.logout_url = ""
    again = started()

    assert again.attempt(InProcess(local))

    assert application_of(local) is application
    assert application.logout_url == again.plan["application"]["logoutUrl"]


def test_an_application_for_sign_in_alone_is_left_alone(started, local, contoso):
    """Of which no provisioning can be made."""
    other = local.tenants[0].add_application("Other")
    connected(contoso, other, local.tenants[0].id)
    administrator = started()
    transport = InProcess(local)

    def registered(number, send):
        answer = send()
        if transport.sent[-1] == "GET /servicePrincipals":
            answer["value"][0]["applicationTemplateId"] = None
        return answer

    transport.fault = registered
    problem = refused(administrator, transport)

    assert "made for sign-in alone" in problem
    assert transport.written == []


def test_a_directory_without_a_licence_is_told_of_it(started, local):
    """No role and no permission would help."""
    administrator = started()
    transport = InProcess(local)

    def unpaid(number, send):
        if "synchronization" in transport.sent[-1]:
            code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
            raise Refusal(403, f"{code}: tenant doesn't have premium license")
        return send()

    transport.fault = unpaid
    problem = refused(administrator, transport)

    assert "Microsoft Entra ID P1" in problem
    assert "Application Administrator" not in problem
    assert administrator.attempt(InProcess(local))


def test_a_role_in_use_keeps_its_people(started, local, contoso):
    """An app role of that Value, made by hand, is the role."""
    tenant = local.tenants[0]
    by_hand = tenant.add_application("Product")
    viewer = by_hand.add_role("Viewer")
    assignment = by_hand.assign(tenant.add_person("ann@contoso.example"), viewer)
    connected(contoso, by_hand, tenant.id)

    assert started().attempt(InProcess(local))

    assert viewer_of(by_hand) is viewer
    assert by_hand.assignments == [assignment]


def test_a_role_that_was_renamed_in_entra_is_named(started, local):
    """Adding it once more would be refused: the ID is taken."""
    administrator = started()
    assert administrator.attempt(InProcess(local))
    application = application_of(local)
    application.change_role(viewer_of(application), value="Reader")
    again = started()

    problem = refused(again, InProcess(local))

    assert "The app role Viewer has the Value Reader in Entra now" in problem
    application.change_role(viewer_of(application), value="Viewer")
    assert again.attempt(InProcess(local))


def test_a_role_that_entra_cannot_have_makes_no_plan(started, local, contoso):
    """Such as one that came by a statement, past the table's own check."""
    role = RoleFactory(environment=contoso, value="Other")
    EnvironmentRole.objects.filter(pk=role.pk).update(value="May upload")

    with pytest.raises(KitError, match="Entra cannot have the role May upload"):
        started()


def test_a_schema_that_somebody_edited_keeps_their_edits(started, local, contoso):
    """Also those of which nothing is known here. What there was is kept."""
    administrator = started()
    assert administrator.attempt(InProcess(local))
    settled(local)
    application = application_of(local)
    connection, job = local.connections[application], local.jobs[application]
    connection.schema["unknown"] = {"at": "the top"}
    rule = connection.schema["synchronizationRules"][0]
    rule["objectMappings"][0]["scope"] = {"groups": [{"clauses": []}]}
    job.mappings = [row for row in job.mappings if row.target != "roles"]

    again = started()
    if isinstance(administrator, ByScript):
        again.console.notes |= administrator.console.notes
    assert again.attempt(InProcess(local))

    assert connection.schema["unknown"] == {"at": "the top"}
    (rule,) = connection.schema["synchronizationRules"]
    assert rule["objectMappings"][0]["scope"] == {"groups": [{"clauses": []}]}
    assert "roles" in {row.target for row in job.mappings}
    if isinstance(again, ByScript):
        assert again.console.kept[0]["unknown"] == {"at": "the top"}
    else:
        kept = EntraSetUp.objects.for_environment(contoso).get().kept
        assert "synchronizationRules" in kept["schema"]


def test_an_expired_sign_in_is_asked_for_again(started, local):
    administrator = started()

    problem = refused(administrator, OneFails(5, "expired").transport(local))

    assert "sign in again" in problem.lower()
    assert administrator.attempt(InProcess(local))


def test_nothing_is_created_in_another_directory(
    started, local, contoso, entra_signing_keys
):
    """Than the one that the environment is connected to."""
    by_hand = local.tenants[0].add_application("Product")
    connected(contoso, by_hand, local.tenants[0].id)
    elsewhere = new_entra(entra_signing_keys)
    administrator = started()

    problem = refused(administrator, InProcess(elsewhere))

    assert "The directory that you" in problem
    assert elsewhere.tenants[0].applications == []
    assert administrator.attempt(InProcess(local))


def test_the_directory_is_the_one_that_is_saved(started, local, contoso):
    """Though it has the application."""
    by_hand = local.tenants[0].add_application("Product")
    connected(contoso, by_hand, "5c0f9d2c-6a4a-4f7e-8a5b-0f6b7a1f2d3e")

    problem = refused(started(), InProcess(local))

    assert "directory" in problem
    assert local.jobs == {}


def test_who_has_no_rights_is_told_which(started, local):
    administrator = started()

    problem = refused(administrator, InProcess(local, ()))

    assert "the role Application Administrator" in problem
    assert local.tenants[0].applications == []
    assert administrator.attempt(InProcess(local))


def test_a_second_administrator_at_the_same_time_makes_no_second_one(started, local):
    """Both had looked, and found none."""
    administrator, other = started(), started()
    transport = InProcess(local)

    def overtaken(number, send):
        if "instantiate" in transport.sent[-1]:
            assert other.attempt(InProcess(local))
        return send()

    transport.fault = overtaken
    problem = refused(administrator, transport)

    assert "at the same time" in problem
    application = application_of(local)
    assert administrator.attempt(InProcess(local))
    assert application_of(local) is application
