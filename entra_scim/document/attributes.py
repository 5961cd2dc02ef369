"""Every attribute of a person, declared once.

A line more here is an attribute more, everywhere.
"""

from __future__ import annotations

from entra_scim.text.comparison_keys import canonical_external_id

from .attribute import (
    PRIMARY,
    Attribute,
    Schema,
    Search,
    Type,
    exactly,
    several,
    usual_types,
)
from .documents import CORE, ENTERPRISE

USER = Schema(
    CORE,
    "User",
    # In the words of RFC 7643 §8.7.1, by which clients recognise it.
    "User Account",
    (
        Attribute(
            "externalId",
            "What Entra knows the person by: the object ID, if mapped as advised.",
            form=canonical_external_id,
            unique=True,
            decides=True,
            column="external_id_key",
        ),
        Attribute(
            "userName",
            "The name by which Entra matches people; unique in the environment.",
            required=True,
            unique=True,
            decides=True,
            column="user_name_key",
            sortable=True,
            order_column="user_name_order",
        ),
        Attribute(
            "name",
            "The parts of the name.",
            parts=(
                Attribute("formatted", "The full name, for display.", keyed=True),
                Attribute(
                    "familyName",
                    "The family name.",
                    keyed=True,
                    search=Search.WORDS,
                    account_field="last_name",
                ),
                Attribute(
                    "givenName",
                    "The given name.",
                    keyed=True,
                    search=Search.WORDS,
                    account_field="first_name",
                ),
                Attribute("middleName", "The middle names."),
                Attribute("honorificPrefix", "What is before the name, such as 'Dr.'."),
                Attribute("honorificSuffix", "What is after the name, such as 'III'."),
            ),
        ),
        Attribute("displayName", "The name to show.", keyed=True, search=Search.WORDS),
        Attribute("nickName", "The casual name.", keyed=True, search=Search.WORDS),
        Attribute("profileUrl", "The URL of a page about the person."),
        Attribute("title", "The job title."),
        Attribute(
            "userType", "The relation to the organization, such as 'Contractor'."
        ),
        Attribute(
            "preferredLanguage",
            "The preferred language. Kept and echoed; the product's language stays "
            "local.",
        ),
        Attribute("locale", "Where the person is, for formats."),
        Attribute("timezone", "The time zone."),
        # Required in what is kept: a POST without it means true, a PUT no change, and
        # no PATCH can remove it, so that nobody has to guess whether the person has
        # access.
        Attribute(
            "active",
            "Whether the person has access.",
            type=Type.BOOLEAN,
            required=True,
            column="active",
        ),
        several(
            "emails",
            "E-mail addresses. The one of type 'work' becomes the username.",
            Attribute(
                "value",
                "An e-mail address. The one of type 'work' is nobody else's.",
                unique=True,
                decides=True,
                search=Search.START,
            ),
            types=("work", "home", "other"),
        ),
        several(
            "phoneNumbers",
            "Phone numbers.",
            Attribute("value", "A phone number."),
            types=("work", "home", "mobile", "fax", "pager", "other"),
        ),
        several(
            "ims",
            "Instant messaging addresses.",
            Attribute("value", "An instant messaging address."),
            types=("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
        ),
        several(
            "photos",
            "URLs of photos.",
            Attribute("value", "The URL of a photo.", is_long=True),
            types=("photo", "thumbnail"),
        ),
        Attribute(
            "addresses",
            "Addresses.",
            parts=(
                Attribute("formatted", "The full address."),
                Attribute("streetAddress", "Street and number."),
                Attribute("locality", "The city."),
                Attribute("region", "The state or region."),
                Attribute("postalCode", "The postal code."),
                Attribute("country", "The country."),
                usual_types("work", "home", "other"),
                PRIMARY,
            ),
            multi_valued=True,
        ),
        several(
            "entitlements",
            "Entitlements. They grant nothing here: roles do.",
            Attribute("value", "An entitlement."),
            types=("work", "other"),
        ),
        several(
            "roles",
            "The roles that decide which groups the person has.",
            Attribute(
                "value",
                "The Value of an app role: the name of a role, or several with commas.",
                form=exactly,
                decides=True,
            ),
            Attribute(
                "displayName",
                "The display name of an app role, as some of Entra's functions call it.",
            ),
            types=("WindowsAzureActiveDirectoryRole",),
        ),
        several(
            "x509Certificates",
            "Certificates.",
            Attribute("value", "A certificate.", is_long=True),
            types=("work", "other"),
        ),
    ),
)

ENTERPRISE_USER = Schema(
    ENTERPRISE,
    "EnterpriseUser",
    "Enterprise User",
    (
        Attribute("employeeNumber", "The number of the employee.", keyed=True),
        Attribute("costCenter", "The cost center."),
        Attribute("organization", "The organization."),
        Attribute("division", "The division."),
        Attribute("department", "The department."),
        Attribute(
            "manager",
            "The manager.",
            parts=(
                Attribute(
                    "value",
                    "The id of the manager. Not checked: managers may come later than "
                    "others.",
                    keyed=True,
                ),
                Attribute("$ref", "The URL of the manager."),
                Attribute("displayName", "The name of the manager."),
            ),
        ),
    ),
)

META = (
    Attribute(
        "meta.created",
        "When the person was provisioned.",
        type=Type.TIME,
        column="created",
        sortable=True,
    ),
    Attribute(
        "meta.lastModified",
        "When the person changed last.",
        type=Type.TIME,
        column="modified",
        sortable=True,
    ),
)
"""What every resource has, and no schema lists (RFC 7643 §3.1), by path."""
