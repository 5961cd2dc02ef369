"""The list of people, and the page of each."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth import get_user_model

from entra_scim.exceptions import VersionMismatch
from entra_scim.models import (
    ProvisionedUser,
    ProvisioningEvent,
    ReleasedUser,
)
from entra_scim.people import search
from entra_scim.policy import ProvisioningPolicy
from entra_scim.tab import paging
from tests.support.factories import (
    UserFactory,
)
from tests.support.tab import OBJECT_ID, ROLE, provision, tab, text_of

pytestmark = pytest.mark.django_db


class TestPeople:
    def test_why_somebody_has_a_role(self, client, contoso, roles, scim):
        person = provision(
            scim, "eve", roles=[{**ROLE, "value": "Viewer,Nope"}], displayName="Eve"
        )
        page = tab(contoso, f"people/{person.pk}/")

        text = text_of(client.get(page))
        assert "Viewer,Nope Viewer Viewer Yes" in text
        assert "Viewer,Nope Nope – No: no role has this name here" in text
        assert "Eve: account created" in text

        scim.patch(
            f"/Users/{person.pk}", {"op": "Replace", "path": "active", "value": False}
        )
        text = text_of(client.get(page))
        assert "No access:" in text
        assert "No: the person is inactive" in text

    def test_somebody_who_was_made_inactive_here(self, client, contoso, scim):
        """Entra does not notice, so the page says how to put it right."""
        person = provision(scim, "eve", active=True)
        get_user_model().objects.filter(pk=person.user.pk).update(is_active=False)

        text = text_of(client.get(tab(contoso, f"people/{person.pk}/")))

        assert "No access: Entra says that this person has access, but" in text

    def test_pages_agree_about_who_is_active(self, client, contoso, scim):
        """By one rule: Entra gives access, and the account is active."""
        eve = provision(scim, "eve", active=True)
        max = provision(scim, "max", active=True)
        may = provision(scim, "may", active=False)
        accounts = get_user_model().objects
        accounts.filter(pk=max.user.pk).update(is_active=False)
        accounts.filter(pk=may.user.pk).update(is_active=True)

        def found(status):
            page = client.get(tab(contoso, "people/"), {"status": status})
            return {person.pk for person in page.context["found"]}

        assert found("active") == {eve.pk}
        assert found("inactive") == {max.pk, may.pk}
        people = text_of(client.get(tab(contoso, "people/")))
        assert people.count(" Active ") == people.count("access: deactivated here") + 1
        steps = client.get(tab(contoso)).context["steps"]
        [detail] = [step.detail for step in steps if step.code == "people"]
        assert detail == "3 people, active: 1"

        def access(person):
            return text_of(client.get(tab(contoso, f"people/{person.pk}/")))

        assert "No access:" not in access(eve)
        assert "No access: Entra says that this person has access, but" in access(max)
        assert "activated here, which gives no access" in access(may)

    def test_somebody_whose_last_change_was_refused(self, client, contoso, scim):
        """Their page says what Entra would change, until it did."""
        eve, max = provision(scim, "eve"), provision(scim, "max")
        change = {"op": "Replace", "path": "userName", "value": "max@contoso.example"}
        scim.patch(f"/Users/{eve.pk}", change)
        page = tab(contoso, f"people/{eve.pk}/")

        assert "its last change was refused" in text_of(client.get(page))
        other = client.get(tab(contoso, f"people/{max.pk}/"))
        assert "its last change was refused" not in text_of(other)
        scim.patch(f"/Users/{eve.pk}", {**change, "value": "eve2@contoso.example"})
        assert "its last change was refused" not in text_of(client.get(page))

    def test_a_lost_link_is_reported(self, client, contoso, scim):
        """Once, it passes by itself; again and again, it does not."""
        url, codes = f"/Users/{uuid.uuid4()}", []
        for _cycle in range(3):
            scim.get(url)
            findings = client.get(tab(contoso)).context["findings"]
            codes.append([finding.code for finding in findings])

        assert codes == [[], [], ["people_refused"]]
        assert "restart provisioning in Entra" in text_of(client.get(tab(contoso)))

    def test_people_are_found(self, client, contoso, scim):
        """By name or address, and by status."""
        name = {"givenName": "Eve", "familyName": "Jones"}
        provision(scim, "eve", name=name, displayName="The Director")
        provision(scim, "max", active=False)

        def found(**query):
            page = client.get(tab(contoso, "people/"), query)
            return sorted(p.attributes["userName"][:3] for p in page.context["found"])

        assert found() == ["eve", "max"]
        assert found(q="EVE@") == ["eve"]
        assert found(q="jones eve") == found(q="Director") == ["eve"]
        assert found(q="evel") == found(q="ones") == found(q="eve max") == []
        assert found(status="inactive") == ["max"]
        assert found(status="nonsense") == ["eve", "max"]
        assert found(q="nobody") == []
        nobody = client.get(tab(contoso, "people/"), {"q": "a b"}).content.decode()
        assert "events/?kind=refused&amp;person=a%20b" in nobody
        assert "people/local/?q=a%20b" in nobody
        assert found(p="nonsense") == ["eve", "max"]

    @pytest.mark.parametrize("most", [1, 5])
    def test_few_and_many_are_found(self, client, contoso, scim, monkeypatch, most):
        monkeypatch.setattr(search, "MOST", most)
        unable = [provision(scim, name) for name in ("eve", "max")]
        provision(scim, "ida", externalId="00000000-0000-4000-8000-000000000001")

        page = client.get(tab(contoso, "people/"), {"status": "no_sign_in"})

        assert [*page.context["found"]] == unable

    def test_somebody_whom_entra_no_longer_manages(self, client, contoso, scim, ann):
        """Their page says so, and unlinking them takes no access."""
        person = provision(scim, "ann", externalId=OBJECT_ID)
        page = tab(contoso, f"people/{person.pk}/")
        told = "Entra no longer manages this account"
        assert told not in text_of(client.get(page))
        ann.is_superuser = True
        ann.save()

        assert told in text_of(client.get(page))
        assert "keeps its access" in text_of(client.get(f"{page}release/"))
        client.post(f"{page}release/")

        ann.refresh_from_db()
        assert ann.is_active
        assert not ProvisionedUser.objects.exists()

    def test_people_are_listed_by_name(self, client, contoso, scim):
        """Page by page, as far as somebody reads; then they search."""
        for number in (3, 1, 2):
            provision(scim, f"p{number}", displayName=f"Person {number}")
        provision(scim, "zoe", displayName="ZOË Élodie")

        def names(**query):
            page = client.get(tab(contoso, "people/"), query)
            return [person.display_name for person in page.context["found"]]

        assert names() == ["Person 1", "Person 2", "Person 3", "ZOË Élodie"]
        assert names(q="ÉLODIE") == names(q="ZOE@") == ["ZOË Élodie"]
        assert names(q="p%") == names(q="p_1") == []
        person = ProvisionedUser.objects.get(search_text__contains="person 2")
        change = {"op": "Replace", "path": "displayName", "value": "Anna"}
        scim.patch(f"/Users/{person.pk}", change)
        assert names()[0] == "Anna"
        assert names(q="anna") == ["Anna"]

    def test_lists_are_paged_as_far_as_somebody_reads(
        self, client, contoso, scim, monkeypatch
    ):
        monkeypatch.setattr(paging, "PAGE_SIZE", 2)
        for number in range(5):
            provision(scim, f"p{number}")

        def page(number):
            response = client.get(tab(contoso, "people/"), {"p": number})
            found = response.context["found"]
            return [one.attributes["userName"][:2] for one in found], text_of(response)

        assert page(1)[0] == ["p0", "p1"]
        assert page(3)[0] == page(99)[0] == ["p4"]
        assert "5 people" in page(1)[1]
        monkeypatch.setattr(paging, "MOST", 4)
        assert page(99)[0] == ["p2", "p3"]
        assert "More than 4 people. Search by name" in page(1)[1]

    def test_people_are_found_by_the_beginning_of_each_word(
        self, client, contoso, scim
    ):
        """What nobody's word begins with is not found, wherever else it is."""
        said = {"displayName": "Anne-Marie  de Vries", "nickName": "Rie"}
        name = {"givenName": "Anne-Marie", "familyName": "de Vries"}
        emails = [{"type": "work", "value": "am.vries@contoso.example"}]
        provision(scim, "eve", **said, name=name, emails=emails)
        provision(scim, "max", displayName="D'Arcy Ærø 李")
        provision(scim, "zed", displayName=f"{'long ' * 100}end")

        def found(text):
            page = client.get(tab(contoso, "people/"), {"q": text})
            return [one.attributes["userName"][:3] for one in page.context["found"]]

        for text in (
            *("anne", "MARIE", "de vr", "vries a", "marie DE", "rie", "am.vries@"),
            *("eve@contoso.example", "  Vries,  anne", "anne-marie de vries"),
        ):
            assert found(text) == ["eve"], text
        assert found("arcy") == found("æ") == found("李") == ["max"]
        assert found("long long") == ["zed"]
        for text in ("ries", "nne", "anne max", "contoso.example", "%", "'"):
            assert found(text) == [], text
        person = ProvisionedUser.objects.get(search_text__contains="anne")
        change = {"op": "Replace", "path": "displayName", "value": "A. Jansen Bakker"}
        scim.patch(f"/Users/{person.pk}", change)
        assert found("bakker") == found("vries") == ["eve"]
        scim.patch(f"/Users/{person.pk}", {**change, "value": "Anne"})
        assert found("bakker") == found("jansen") == []
        response = client.get(tab(contoso, "people/"))
        assert "Type how a name, username or address begins" in text_of(response)

    def test_more_people_than_are_found(
        self, client, contoso, scim, fabrikam, foreign_scim, monkeypatch
    ):
        """A rare word narrows a frequent one, and nobody is looked for elsewhere."""
        monkeypatch.setattr(search, "MOST", 2)
        monkeypatch.setattr(paging, "MOST", 2)
        for number, other in enumerate(("Jones", "Smith", "Smith", "Brown", "Smith")):
            names = {"givenName": "Eve", "familyName": other}
            display = f"Eve {other}"
            provision(scim, f"p{number}", displayName=display, name=names)
        foreign_scim.post(
            "/Users", {"userName": "eve@fabrikam.example", "displayName": "Eve Jones"}
        )

        def told(text):
            response = client.get(tab(contoso, "people/"), {"q": text})
            return len(response.context["found"]), text_of(response)

        assert told("jones eve")[0] == told("eve b")[0] == 1
        number, text = told("eve")
        assert number == 2
        assert "More than 2 people" in text
        assert told("eve smith")[0] == 2
        assert told("smith eve")[0] == 0  # each word means more

    def test_releasing_by_hand(self, client, contoso, scim, ann):
        """A confirmation says what it means; then the account may be given again."""
        person = provision(scim, "ann", externalId=OBJECT_ID)
        page = tab(contoso, f"people/{person.pk}/release/")
        assert "They lose access immediately" in text_of(client.get(page))

        client.post(page)

        ann.refresh_from_db()
        assert not ann.is_active
        assert not ProvisionedUser.objects.exists()
        assert "unlinked by hand" in text_of(client.get(tab(contoso, "events/")))
        again = {"userName": "ann@contoso.example", "externalId": str(uuid.uuid4())}
        assert scim.post("/Users", again).status_code == 409
        local = text_of(client.get(tab(contoso, "people/local/")))
        assert "only the same person in Entra gets the account back" in local

        mark = ReleasedUser.objects.get(user=ann)
        forget = tab(contoso, f"people/released/{mark.pk}/")
        assert forget in client.get(tab(contoso, "people/local/")).content.decode()
        assert "Do this only if that is the same person" in text_of(client.get(forget))
        client.post(forget)

        assert scim.post("/Users", again).status_code == 201
        events = text_of(client.get(tab(contoso, "events/")))
        assert "may be linked again" in events

    def test_local_people(self, client, contoso, scim, ann, bob, admin):
        provision(scim, "ann")

        text = text_of(client.get(tab(contoso, "people/local/")))

        assert "bob" in text
        assert "ann@" not in text
        assert "The Admin: Entra never manages them" in text

    def test_local_people_can_be_searched(self, client, contoso, bob):
        """By name and by whether they are active."""
        UserFactory(email="carl@contoso.example", environment=contoso, is_active=False)

        def shown(**query):
            text = text_of(client.get(tab(contoso, "people/local/"), query))
            return [name for name in ("bob@", "carl@") if name in text]

        assert shown() == ["bob@", "carl@"]
        assert shown(q="carl") == ["carl@"]
        assert shown(status="active") == ["bob@"]
        assert shown(status="inactive") == ["carl@"]
        assert shown(status="nonsense") == ["bob@", "carl@"]

    def test_a_policy_keeps_nobody_in(self, client, contoso, scim, settings):
        """A product's hook that fails at ending access ends none of ours."""
        person = provision(scim, "eve")
        settings.ENTRA_SCIM_POLICY = "tests.admin.test_people.KeepingPolicy"

        client.post(tab(contoso, f"people/{person.pk}/release/"))

        assert not ProvisionedUser.objects.filter(pk=person.pk).exists()
        person.user.refresh_from_db()
        assert not person.user.is_active
        event = ProvisioningEvent.objects.get(kind="released")
        assert event.changes["hook_failed"] == ["deactivate"]


class KeepingPolicy(ProvisioningPolicy):
    """Lets nobody go."""

    def deactivate(self, user, environment):
        raise VersionMismatch
