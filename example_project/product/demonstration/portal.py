"""Entra's administrator, at the portal of the local Entra."""

from __future__ import annotations

import html
import re
import time

import requests
from django.core.management.base import CommandError

TENANT_ID = "5678f1b0-4e5f-4c0a-9c1f-7f6f8c1d5678"
APPLICATION_ID = "5678a3c2-8d1e-4b7a-a6c4-2e9b0d3f5678"
PEOPLE = ("Fay Green", "Carol White", "Erin Grey")


def tenants(product: str) -> list[dict[str, object]]:
    """Describe a tenant with people and an application, and nothing connected yet."""
    fay, *clerks = PEOPLE
    return [
        {
            "displayName": "Fabrikam",
            "id": TENANT_ID,
            "users": [
                {"userPrincipalName": address_of(fay), "displayName": fay},
                *(
                    {
                        "userPrincipalName": address_of(name),
                        "displayName": name,
                        "manager": address_of(fay),
                        "jobTitle": "Clerk",
                    }
                    for name in clerks
                ),
            ],
            "applications": [
                {
                    "displayName": "Example product",
                    "appId": APPLICATION_ID,
                    "redirectUris": [f"{product}/entra/callback/"],
                }
            ],
        }
    ]


def address_of(name: str) -> str:
    """Return the user principal name of a person."""
    return f"{name.partition(' ')[0].lower()}@fabrikam.example"


class Portal:
    """What an administrator of Entra does there, step by step."""

    def __init__(self, entra: str) -> None:
        self._session = requests.Session()
        self._home = f"{entra}/portal/{TENANT_ID}/{APPLICATION_ID}/"

    def add_role(self, value: str) -> None:
        self._post(
            "app-roles/new/",
            display_name=value,
            description=value,
            value=value,
            is_enabled="on",
        )

    def assign(self, name: str, role: str) -> None:
        path = "assignments/add/"
        page = self._get(path)
        principal = _value_before(page, f'<span class="quiet">{address_of(name)}<')
        role_id = _value_before(page, f'<span class="quiet">{role}<')
        self._post(path, action="assign", principal=principal, role=role_id)

    def unassign(self, name: str) -> None:
        path = "assignments/"
        button = f'aria-label="Remove the assignment of {name}"'
        key = _value_before(self._get(path), button, named="assignment")
        self._post(path, action="remove", assignment=key)

    def add_secret(self) -> str:
        """Make a client secret, and return its value, which is shown just once."""
        page = self._post("secrets/", description="Example product", days="180")
        return html.unescape(_found(r'class="new">.*?<code>([^<]+)</code>', page))

    def expire_secret(self) -> None:
        path = "secrets/"
        secret = _found(r'name="secret" value="([^"]+)"', self._get(path))
        self._post(path, action="expire", secret=secret)

    def connect(self, tenant_url: str, secret_token: str) -> None:
        page = self._post(
            "provisioning/connectivity/",
            tenant_url=tenant_url,
            secret_token=secret_token,
            test="yes",
        )
        if "The test succeeded" not in page:
            raise CommandError("Entra cannot connect to the product.")

    def map_as_the_guide_says(self) -> None:
        """Match by the object ID, then by the username; send app roles."""
        path = "provisioning/mappings/"
        for number, (target, source) in enumerate(
            (("externalId", "objectId"), ("userName", "userPrincipalName")), start=1
        ):
            row = _found(rf'href="(\d+/)"><code>{target}<', self._get(path))
            self._post(
                path + row,
                kind="direct",
                target=target,
                source=source,
                is_matching="yes",
                precedence=str(number),
            )
        self._post(f"{path}attributes/", name="roles", multi_valued="on")
        self._post(
            f"{path}new/",
            kind="expression",
            expression="AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
            target="roles",
        )
        self._post(path, action="save")

    def start(self) -> int:
        """Run the initial cycle, and return how many people it looked at."""
        return int(_found(r"(\d+) people were looked at", self._run("start")))

    def next_cycle(self) -> None:
        self._run("next")

    def _run(self, action: str) -> str:
        page = self._post("provisioning/", action=action)
        while 'id="cycle"' in page:
            time.sleep(0.2)
            page = self._get("provisioning/")
        if 'class="message error"' in page:
            raise CommandError("The provisioning cycle did not take place.")
        return page

    def _get(self, path: str) -> str:
        return _text(self._session.get(self._home + path, timeout=60))

    def _post(self, path: str, **fields: str) -> str:
        token = _found(r'name="csrfmiddlewaretoken" value="(\w+)"', self._get(path))
        fields["csrfmiddlewaretoken"] = token
        page = _text(self._session.post(self._home + path, fields, timeout=60))
        if 'class="errorlist"' in page:
            raise CommandError(f"The local Entra refuses what was entered at {path}.")
        return page


def _text(response: requests.Response) -> str:
    if response.status_code != 200:
        raise CommandError(f"{response.url} answered {response.status_code}.")
    return response.text


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page, re.DOTALL)
    if found is None:
        raise CommandError(f"The local Entra's page lacks {pattern}.")
    return found[1]


def _value_before(page: str, text: str, named: str = r"\w+") -> str:
    """Return the value of the last input before a text."""
    before, found, _after = page.partition(text)
    if not found:
        raise CommandError(f"The local Entra's page lacks {text}.")
    return html.unescape(re.findall(rf'name="{named}" value="([^"]*)"', before)[-1])
