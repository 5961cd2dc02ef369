"""No sentence of the tab has a hole where a value is missing."""

from __future__ import annotations

import html
import re

import pytest

from entra_scim.connection import access_keys, guide_links
from entra_scim.models import AccessKey, ReleasedUser
from tests.support.factories import RoleFactory, UserFactory
from tests.support.tab import every_url, provision

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"</?(?:a|b|code|em|span|strong|time)\b[^>]*>")
NOT_READ = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.DOTALL)
HOLE = re.compile(r"[\w ] [.,;:)](?= |$)|\( ?\)|“ ?”|\bNone\b|%\(\w+\)|\{\{")


def sentences_of(response):
    """Return what a page says, with words together that inline tags separate."""
    text = NOT_READ.sub("", response.content.decode())
    text = re.sub(r"<[^>]+>", " \n", INLINE.sub("", text))
    return [" ".join(line.split()) for line in html.unescape(text).split("\n")]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_sentence_has_a_hole(client, contoso, scim, language):
    person = provision(scim, "eve", roles=[{"value": "Nowhere"}])
    scim.post("/Users", {"userName": ""})
    former = UserFactory(email="former@contoso.example", environment=contoso)
    mark = ReleasedUser.objects.create(
        environment=contoso, user=former, released_at=person.created
    )
    access_keys.create(contoso)
    ids = {
        "key_id": AccessKey.objects.for_environment(contoso).first().pk,
        "role_id": RoleFactory(environment=contoso).pk,
        "person_id": person.pk,
        "released_id": mark.pk,
        "link_id": guide_links.create(contoso, by=former).pk,
    }
    looked_at = 0
    for url in every_url(contoso, ids):
        page = client.get(url, headers={"accept-language": language})
        if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
            looked_at += 1
            holes = [line for line in sentences_of(page) if HOLE.search(line)]
            assert holes == [], url
    assert looked_at > 15
