"""People that the tests know by name."""

from __future__ import annotations

PROFILE = {
    "jobTitle": "Clerk",
    "department": "Sales",
    "employeeId": "701984",
    "preferredLanguage": "nl-BE",
    "physicalDeliveryOfficeName": "18/2111",
    "streetAddress": "Korenmarkt 1",
    "city": "Gent",
    "state": "Oost-Vlaanderen",
    "postalCode": "9000",
    "country": "Belgium",
    "telephoneNumber": "+32 9 555 01 09",
    "mobile": "+32 470 55 01 09",
    "facsimileTelephoneNumber": "+32 9 555 01 10",
}
"""A value for each attribute that is not a name, so that every row has one."""
