"""The least that provisioning needs, and attributes that nobody else has."""

from __future__ import annotations

from dataclasses import replace

from entra_scim.document import attributes
from entra_scim.document.attribute import Attribute, several

SHOE_SIZE = Attribute("shoeSize", "The shoe size.", keyed=True, sortable=True)
PARKING_LOT = Attribute("parkingLot", "Where the car is.")
PETS = several("pets", "Pets.", Attribute("value", "A name."), types=("dog", "cat"))

# As a line in the module would do. Nothing has read it yet.
attributes.USER = replace(
    attributes.USER, attributes=(*attributes.USER.attributes, SHOE_SIZE, PETS)
)
attributes.ENTERPRISE_USER = replace(
    attributes.ENTERPRISE_USER,
    attributes=(PARKING_LOT, *attributes.ENTERPRISE_USER.attributes),
)

SECRET_KEY = "secret"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "entra_scim",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
ROOT_URLCONF = "tests.hosts.shoes.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
USE_TZ = True
