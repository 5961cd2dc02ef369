"""The portal's pages of provisioning."""

from __future__ import annotations

import dataclasses
import json
import threading

import pytest

from entra_emulator import HttpServer
from entra_emulator.provisioning.logs import Status
from entra_emulator.provisioning.mappings import DEFAULT_MAPPINGS, advised
from entra_emulator.provisioning.open_points import LookUp, OpenPoints
from entra_emulator.provisioning.reports import State
from entra_emulator.provisioning.servers import MEDIA_TYPE, Answer
from support.other_server import TOKEN

ASSERTIVE = "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])"


class RefusingServer:
    """A server that takes no new person."""

    def __init__(self, server, reason):
        self.server = server
        self.reason = reason

    def send(self, method, path, body=None):
        if method != "POST":
            return self.server.send(method, path, body)
        refusal = {"status": "409", "scimType": "uniqueness", "detail": self.reason}
        return Answer(
            status=409, media_type=MEDIA_TYPE, body=json.dumps(refusal).encode()
        )


class SlowServer:
    """A server that answers when it may."""

    def __init__(self, server):
        self.server = server
        self.asked = threading.Event()
        self.may_answer = threading.Event()

    def send(self, *request):
        self.asked.set()
        self.may_answer.wait(20)
        return self.server.send(*request)


@pytest.fixture
def pages(app_home):
    """The path of the pages about provisioning."""
    return f"{app_home}provisioning/"


@pytest.fixture
def job(entra, application, address):
    """Provisioning that is connected, with the mappings of the guide."""
    job = entra.connect(application, address, TOKEN)
    job.mappings = advised()
    job.with_groups = False
    return job


@pytest.fixture
def ann(tenant, application):
    """Somebody who is assigned."""
    person = tenant.add_person("ann@contoso.example", "Ann Smith")
    application.assign(person, application.add_role("Viewer"))
    return person


@pytest.fixture
def run(visitor, pages, entra, application):
    """Press a button that starts a cycle, wait for its end, and return the page."""

    def press(button):
        visitor.open(pages)
        visitor.press(button)
        entra.runs[application].join(20)
        return visitor.open(pages)

    return press


class TestConnectivity:
    @pytest.mark.parametrize(
        "page",
        ["", "connectivity/", "mappings/", "settings/", "on-demand/", "logs/"],
    )
    def test_pages_before_it_is_connected(self, visitor, pages, page):
        assert visitor.open(pages + page).status == 200

    @pytest.mark.parametrize(
        ("page", "button"), [("settings/", "Save"), ("../open-points/", "Save")]
    )
    def test_settings_wait_for_the_connection(self, visitor, pages, page, button):
        visitor.open(pages + page)

        page = visitor.press(button)

        assert "First connect the server." in page.text
        assert page.url.endswith("/connectivity/")

    def test_the_connection_is_tested_and_saved(
        self, visitor, pages, entra, application, address
    ):
        visitor.open(f"{pages}connectivity/")

        page = visitor.press(
            "Test connection",
            tenant_url=f"{address}?aadOptscim062020",
            secret_token=TOKEN,
        )

        assert "The test succeeded" in page.text
        job = entra.jobs[application]
        assert job.flagged
        assert job.mappings == DEFAULT_MAPPINGS
        assert job.with_groups
        assert not job.is_started
        assert TOKEN not in page.html
        assert "aadOptscim062020" in page.forms[0].fields["tenant_url"]

    def test_a_wrong_token_is_told_with_entras_code(
        self, visitor, pages, entra, application, address
    ):
        visitor.open(f"{pages}connectivity/")

        page = visitor.press(
            "Test connection", tenant_url=address, secret_token="wrong"
        )

        assert "The test failed. Nothing was saved." in page.text
        assert "CredentialValidationFailure" in page.text
        assert page.forms[0].fields["tenant_url"] == address
        assert application not in entra.jobs

    def test_a_saved_token_is_kept(
        self, visitor, pages, entra, job, application, address
    ):
        visitor.open(f"{pages}connectivity/")
        visitor.press("Save", tenant_url=f"{address}/?aadOptscim062020")

        assert entra.jobs[application] is job
        assert job.flagged
        assert job.test_connection().status == Status.SUCCESS

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ({"tenant_url": "ftp://product.example"}, "begins with https://"),
            ({"secret_token": "a b"}, "neither spaces nor accents"),
            ({"secret_token": "é"}, "neither spaces nor accents"),
            ({"secret_token": ""}, "This field is required"),
        ],
    )
    def test_what_cannot_be_is_explained(self, visitor, pages, typed, reason):
        visitor.open(f"{pages}connectivity/")

        page = visitor.press(
            "Save", **{"tenant_url": "https://a.example", "secret_token": "x", **typed}
        )

        assert reason in page.text
        assert page.forms[0].fields["secret_token"] == ""


class TestCycles:
    def test_people_arrive(self, run, job, ann, storage, visitor, pages):
        page = run("Start provisioning")

        [person] = storage.resources
        assert person.user_name == "ann@contoso.example"
        assert job.state == State.ACTIVE
        assert "Create Success 1" in page.text
        assert "The last cycle: initial" in page.text

        page = run("Run the next cycle (40 minutes later)")
        assert "Nothing had to be changed." in page.text
        assert "The last cycle: incremental" in page.text

        page = run("Restart provisioning")
        assert "The last cycle: initial" in page.text
        assert "PATCH" not in page.text

        visitor.open(pages)
        assert "Not started" in visitor.press("Stop provisioning").text

    def test_the_page_shows_a_cycle_under_way(
        self, visitor, pages, job, entra, application, ann, storage
    ):
        """It answers while the cycle goes on, and refuses a second one.

        It does not come again by itself: there is a link for that.
        """
        job.server = slow = SlowServer(job.server)
        visitor.open(pages)
        page = visitor.press("Start provisioning")
        assert "A cycle is under way" in page.text
        assert "http-equiv" not in page.html

        page = visitor.press("Restart provisioning")
        assert "A cycle is under way." in page.text
        page = visitor.press("Run the next cycle (40 minutes later)")
        assert "A cycle is under way." in page.text

        slow.may_answer.set()
        entra.runs[application].join(20)
        page = visitor.open(pages)
        assert "The last cycle" in page.text
        assert "A cycle is under way" not in page.text
        assert len(storage.resources) == 1

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_a_cycle_that_breaks_off_says_so(self, run, job, ann):
        job.server = None

        page = run("Start provisioning")

        assert "The cycle broke off." in page.text
        assert "Start provisioning" not in page.text

    def test_a_rejected_key_leads_into_quarantine(self, run, job, ann, address):
        job.server = HttpServer(address, "expired")

        page = run("Start provisioning")

        assert "Quarantine" in page.text
        assert "CredentialValidationFailure" in page.text
        assert "Next attempt" in page.text
        assert "The cycle did not take place." in page.text

    def test_accidental_deletions_wait(
        self, run, job, tenant, application, ann, visitor, pages, storage
    ):
        run("Start provisioning")
        visitor.open(f"{pages}settings/")
        visitor.press("Save", prevents_deletion="on", threshold="0")
        tenant.delete(ann)

        page = run("Run the next cycle (40 minutes later)")
        assert "1 deprovisioning is held back" in page.text
        assert [person.active for person in storage.resources] == [True]

        page = run("Allow deletions")
        assert [person.active for person in storage.resources] == [False]
        assert "held back" not in page.text

    def test_settings(self, visitor, pages, job):
        visitor.open(f"{pages}settings/")

        page = visitor.press("Save", prevents_deletion="on", threshold="")
        assert "Enter how many are too many." in page.text

        visitor.press("Save", threshold="7", deletes=None)
        assert job.deletion_threshold == 7
        assert not job.deletes

        visitor.press("Save", prevents_deletion=None)
        assert job.deletion_threshold is None


class TestOnDemand:
    def test_one_person_is_provisioned(self, visitor, pages, job, ann, storage):
        visitor.open(f"{pages}on-demand/")

        page = visitor.press("Provision", person="Ann@contoso.example")

        assert "Success Create Ann Smith" in page.text
        [person] = storage.resources
        assert person.user_name == "ann@contoso.example"

    def test_nobody_of_that_name(self, visitor, pages, job):
        visitor.open(f"{pages}on-demand/")

        page = visitor.press("Provision", person="nobody@contoso.example")

        assert "Nobody has this user principal name." in page.text
        assert page.forms[0].fields["person"] == "nobody@contoso.example"


class TestLogs:
    def test_they_have_what_was_sent_and_answered(self, run, visitor, pages, job, ann):
        run("Start provisioning")

        page = visitor.open(f"{pages}logs/")

        assert page.text.index("Success Create") < page.text.index("Success Test")
        assert "POST /Users" in page.text
        assert '"userName": "ann@contoso.example"' in page.text
        assert TOKEN not in page.html

    def test_they_can_be_filtered(self, run, visitor, pages, job, ann, tenant):
        run("Start provisioning")
        visitor.open(f"{pages}logs/")

        assert "POST /Users" in visitor.press("Filter", q="ann smith").text
        assert "POST /Users" not in visitor.press("Filter", status="Failure").text
        page = visitor.press("Filter", status="", action="Test connection", q="")
        assert "POST /Users" not in page.text
        assert page.forms[0].fields["action"] == "Test connection"
        assert "No entry was found." in visitor.press("Filter", q="nobody").text

    def test_a_refusal_has_the_servers_reason(self, run, visitor, pages, job, ann):
        job.server = RefusingServer(job.server, "The address is the Admin's.")

        run("Start provisioning")

        page = visitor.open(f"{pages}logs/?status=Failure")
        assert "EntryConflict" in page.text
        assert "Admin" in page.text


class TestMappings:
    def test_the_guide_can_be_followed(self, visitor, pages, job):
        """From the 22 default rows to those that the product advises."""
        job.mappings = DEFAULT_MAPPINGS
        number = [row.target for row in DEFAULT_MAPPINGS].index("externalId")
        visitor.open(f"{pages}mappings/{number}/")
        visitor.press("OK", source="objectId", is_matching="yes", precedence="1")
        visitor.open(f"{pages}mappings/0/")
        visitor.press("OK", precedence="2")
        visitor.open(f"{pages}mappings/attributes/")
        visitor.press("Save", name="roles", multi_valued="on")
        # As in Entra, whose lists are the old ones until the page is refreshed.
        assert 'value="roles"' not in visitor.open(f"{pages}mappings/new/").html
        assert 'value="roles"' in visitor.open(f"{pages}mappings/new/").html

        page = visitor.press(
            "OK", kind="expression", expression=ASSERTIVE, target="roles"
        )

        assert ASSERTIVE in page.text
        assert job.mappings == DEFAULT_MAPPINGS
        assert "The mappings were saved." in visitor.press("Save").text
        assert set(job.mappings) == set(advised())

    def test_a_change_without_save_is_lost(self, visitor, pages, job):
        """OK alone keeps nothing, as in Entra."""
        job.mappings = DEFAULT_MAPPINGS
        visitor.open(f"{pages}mappings/0/")
        page = visitor.press("OK", precedence="2")
        assert "Choose Save to keep the change." in page.text

        page = visitor.open(f"{pages}settings/")

        assert "Changes to the attribute mapping were lost" in page.text
        assert job.mappings == DEFAULT_MAPPINGS
        assert "were lost" not in visitor.open(f"{pages}mappings/").text

    def test_groups_are_switched_off(self, visitor, pages, job):
        job.with_groups = True
        visitor.open(f"{pages}mappings/")

        page = visitor.press("Set Enabled to No")

        assert "Enabled: No" in page.text
        assert not job.with_groups

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ({"expression": "Switch([mail]"}, "The expression cannot be read."),
            ({"expression": "Nonsense([mail])"}, "There is no function Nonsense"),
            ({"expression": ""}, "This mapping type needs it."),
            ({"kind": "direct"}, "This mapping type needs it."),
            ({"target": "userName"}, "Another row maps to it already."),
            ({"is_matching": "yes", "precedence": ""}, "1 is tried first"),
        ],
    )
    def test_wrong_rows_are_explained(self, visitor, pages, job, entra, typed, reason):
        entra.connections[job.application].attributes["nickName"] = False
        visitor.open(f"{pages}mappings/new/")
        right = {
            "kind": "expression",
            "expression": 'Join("", [givenName])',
            "target": "nickName",
        }

        page = visitor.press("OK", **{**right, **typed})

        assert reason in page.text
        assert job.mappings == advised()
        fields = page.forms[0].fields
        assert fields["expression"].strip() == {**right, **typed}["expression"]

    def test_one_row_always_finds_people(self, visitor, pages, job):
        job.mappings = DEFAULT_MAPPINGS
        visitor.open(f"{pages}mappings/0/")

        page = visitor.press("OK", is_matching="")
        assert "At least one attribute has to match" in page.text

        visitor.open(f"{pages}mappings/")
        page = visitor.press("Delete userName")
        assert "At least one attribute has to match." in page.text
        assert job.mappings == DEFAULT_MAPPINGS

    def test_a_change_during_a_cycle_begins_an_initial_one(
        self, job, entra, application, ann
    ):
        job.server = slow = SlowServer(job.server)
        run = entra.start_cycle(application)
        slow.asked.wait(20)

        job.mappings = DEFAULT_MAPPINGS
        slow.may_answer.set()
        run.join(20)

        assert job.next_cycle().is_initial

    def test_rows_go_and_come_back(self, visitor, pages, job):
        visitor.open(f"{pages}mappings/")

        visitor.press("Delete active")
        visitor.press("Save")
        assert "active" not in [row.target for row in job.mappings]

        visitor.press("Restore default mappings")
        visitor.press("Save")
        assert job.mappings == DEFAULT_MAPPINGS

    def test_a_row_that_is_not_there(self, visitor, pages, job):
        assert visitor.open(f"{pages}mappings/99/").status == 404

    @pytest.mark.parametrize(
        ("name", "reason"),
        [("a b", "A target attribute looks like"), ("userName", "has it already")],
    )
    def test_wrong_attributes_are_explained(self, visitor, pages, job, name, reason):
        visitor.open(f"{pages}mappings/attributes/")

        assert reason in visitor.press("Save", name=name).text


class TestRehearsal:
    def test_a_lost_answer_is_made_good_later(
        self, run, visitor, app_home, pages, job, ann, storage
    ):
        visitor.open(f"{app_home}network/")
        page = visitor.press("Provoke", fault="lost response", requests="1")
        assert "For 1 more request." in page.text

        page = run("Start provisioning")
        assert "Create Failure 1" in page.text
        assert len(storage.resources) == 1

        page = run("Run the next cycle (40 minutes later)")
        assert "To be tried again" not in page.text
        assert len(storage.resources) == 1

    def test_the_page_of_a_proxy_is_shown_as_text(
        self, run, visitor, app_home, pages, job, ann
    ):
        visitor.open(f"{app_home}network/")
        visitor.press("Provoke", fault="500 from a proxy", requests="1")
        run("Start provisioning")

        page = visitor.open(f"{pages}logs/?status=Failure")

        assert "&lt;h1&gt;500&lt;/h1&gt;" in page.html

    def test_the_network_recovers_on_demand(self, visitor, app_home, job):
        visitor.open(f"{app_home}network/")
        visitor.press("Provoke", fault="lost request", requests="9", only_changes=None)
        assert job.test_connection().status == Status.FAILURE

        visitor.open(f"{app_home}network/")
        visitor.press("Stop it")
        assert job.test_connection().status == Status.SUCCESS

    def test_open_points(self, visitor, app_home, job):
        visitor.open(f"{app_home}open-points/")
        visitor.press("Save")
        assert job.points == OpenPoints()

        visitor.press("Save", look_up="by filter", repeats_roles="on")
        assert job.points == OpenPoints(look_up=LookUp.BY_FILTER, repeats_roles=True)

    def test_no_open_point_is_missing(self, visitor, app_home, job):
        [form] = visitor.open(f"{app_home}open-points/").forms

        points = {field.name for field in dataclasses.fields(OpenPoints)}
        assert form.names == {*points, "csrfmiddlewaretoken"}


class TestSchemaEditor:
    """All mappings as JSON, as Microsoft says to bring back a copy of them."""

    def read(self, visitor, pages):
        [form] = [f for f in visitor.open(f"{pages}mappings/schema/").forms if f.names]
        return form.fields["schema"]

    def test_the_schema_is_replaced_whole(self, visitor, pages, job):
        saved = self.read(visitor, pages)
        job.mappings = DEFAULT_MAPPINGS
        job.with_groups = True
        assert self.read(visitor, pages) != saved

        done = visitor.press("Save", schema=saved)

        assert "The schema was saved." in done.text
        assert list(job.mappings) == list(advised())
        assert not job.with_groups

    def test_rows_that_were_not_saved_are_lost(self, visitor, pages, job):
        saved = self.read(visitor, pages)
        visitor.open(f"{pages}mappings/")
        visitor.press("Restore default mappings")
        self.read(visitor, pages)

        visitor.press("Save", schema=saved)

        visitor.open(f"{pages}mappings/")
        assert list(job.mappings) == list(advised())

    @pytest.mark.parametrize(
        ("text", "says"),
        [("{", "This is not JSON."), ("[]", "is not whole"), ("{}", "is not whole")],
    )
    def test_what_is_no_schema_is_refused(self, visitor, pages, job, text, says):
        visitor.open(f"{pages}mappings/schema/")

        page = visitor.press("Save", schema=text)

        assert says in page.text
        assert list(job.mappings) == list(advised())

    def test_there_is_none_before_the_server_is_connected(self, visitor, pages):
        assert visitor.open(f"{pages}mappings/schema/").status == 404
