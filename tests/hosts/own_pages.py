"""The addresses of the tab in a product's own pages."""

from __future__ import annotations

import re

from entra_scim.models import AccessKey, EnvironmentRole, ProvisionedUser
from entra_scim.tab.urls import PAGES


def every_page(environment, above):
    """Return the name and the path of each page that is about something."""
    numbers = {
        "key_id": AccessKey.objects.for_environment(environment).first().pk,
        "role_id": EnvironmentRole.objects.for_environment(environment).first().pk,
        "person_id": ProvisionedUser.objects.for_environment(environment).first().pk,
    }
    pages = []
    for resource, found in PAGES.items():
        for name, (route, _page) in found.items():
            captured = re.findall(r"<\w+:(\w+)>", route)
            if not set(captured) <= numbers.keys():
                continue
            for one in captured:
                route = re.sub(rf"<\w+:{one}>", str(numbers[one]), route)
            pages.append((name, f"{above}/{environment.pk}/entra/{resource}{route}"))
    return pages
