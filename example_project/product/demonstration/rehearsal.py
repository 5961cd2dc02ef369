"""The whole integration, from an empty environment to its end, at a local Entra."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.management.base import CommandError
from django.utils import timezone
from tqdm import tqdm

from example_project.product.models import Environment, Membership, User

from .browser import Browser, heading_of, value_of
from .portal import APPLICATION_ID, PEOPLE, TENANT_ID, Portal
from .screen import Screen, people

ADMINISTRATOR = "fay"
"""The username and the password of who administers Fabrikam."""

FAY, CAROL, ERIN = PEOPLE

Step = Callable[[], None]


def make_administrator(environment: Environment) -> User:
    """Return somebody who administers an environment, and is in Entra too."""
    user, is_new = User.objects.get_or_create(
        email=f"{ADMINISTRATOR}@fabrikam.example",
        defaults={
            "username": ADMINISTRATOR,
            "first_name": "Fay",
            "last_name": "Green",
            "is_staff": True,
        },
    )
    if is_new:
        user.set_password(ADMINISTRATOR)
        user.save()
        Membership.objects.create(environment=environment, user=user)
        user.user_permissions.set(
            Permission.objects.filter(
                content_type__app_label="product",
                codename__in=("view_environment", "change_environment", "view_user"),
            )
        )
    return user


class Rehearsal:
    """Both administrators' work, the one of Entra's and the one of the product's."""

    def __init__(
        self,
        screen: Screen,
        product: str,
        entra: str,
        environment: Environment,
    ) -> None:
        self._screen = screen
        self._product = product
        self._portal = Portal(entra)
        self._environment = environment
        self._tab = f"/admin/product/environment/{environment.pk}/entra/"
        self._sign_in = f"/entra/sign-in/{environment.pk}/"
        self._fay = Browser(product)
        self._carol = Browser(product)

    def play(self) -> None:
        """Do it all, step by step, with a bar that tells how far it is.

        Raises:
            CommandError: Something did not go as it should.
        """
        _keep_mail()
        steps: list[tuple[str, Step]] = [
            ("In Entra: assign people to app roles", self._assign),
            ("In the tab: save the connection, generate a key", self._connect),
            ("In Entra: start provisioning", self._start),
            ("In the tab: make the role that is not known", self._make_role),
            ("In the tab: test the sign-in", self._test),
            ("In the tab: activate", self._activate),
            ("Carol signs in with the button", self._carol_signs_in),
            ("In Entra: Carol gets another role", self._change_role),
            ("In Entra: Carol leaves", self._leave),
            ("The client secret expires", self._expire),
            ("In the tab: deactivate", self._deactivate),
        ]
        with tqdm(total=len(steps), unit=" steps", leave=False, disable=None) as bar:
            for number, (title, step) in enumerate(steps, start=1):
                with tqdm.external_write_mode():
                    self._screen.heading(f"{number:2}. {title}")
                    before = people()
                    step()
                    if people() != before:
                        self._screen.changes(before)
                    self._tell_of_mail()
                bar.update()

    def _assign(self) -> None:
        for role in ("Viewer", "Auditor"):
            self._portal.add_role(role)
        self._portal.assign(FAY, "Viewer")
        self._portal.assign(CAROL, "Viewer")
        self._portal.assign(ERIN, "Auditor")
        self._say(
            "Fay, who administers Fabrikam, and Carol have accounts in the product. Erin "
            "has none, and her app role Auditor is none of the product's yet."
        )

    def _connect(self) -> None:
        self._expect(self._fay.log_in(ADMINISTRATOR, ADMINISTRATOR), "Fay is in")
        self._fay.get(self._tab)
        self._fay.post(
            f"{self._tab}connection/",
            client_id=APPLICATION_ID,
            tenant_id=TENANT_ID,
            cloud="local",
            client_secret=self._portal.add_secret(),
            client_secret_expires_on=self._in_half_a_year(),
        )
        key = value_of(self._fay.post(f"{self._tab}keys/"), "copy-secret")
        url = value_of(self._fay.get(self._tab), "copy-tenant-url")
        self._portal.connect(url, key)
        self._say(f"The key {key[:15]}… and the Tenant URL {url} go to Entra.")

    def _start(self) -> None:
        self._portal.map_as_the_guide_says()
        seen = self._portal.start()
        self._say(
            f"The initial cycle looks at {seen} people. Carol and Fay are "
            "linked by their addresses, Erin is created."
        )

    def _make_role(self) -> None:
        page = self._fay.get(self._tab)
        self._expect("Auditor" in page, "the tab tells of the role")
        self._fay.post(
            f"{self._tab}roles/", **{"role-value": "Auditor", "role-group": ""}
        )
        self._say("One click, and Erin has what her app role grants, at once.")

    def _test(self) -> None:
        page = self._fay.sign_in(f"{self._tab}sign-in/test/", FAY)
        self._expect("The test succeeded" in page, heading_of(page))
        self._say("Through Entra for real, and nobody's session changes.")

    def _activate(self) -> None:
        page = self._fay.get(f"{self._tab}sign-in/")
        self._fay.post(
            f"{self._tab}sign-in/activate/",
            acknowledged=value_of(page, "id_acknowledged"),
            understood="on",
            admin_username="admin",
            admin_password="admin",
        )
        self._expect(not self._fay.is_signed_in, "Fay's password session ends")
        # Entra asks her again, so that she may turn it off soon after.
        self._fay.sign_in(f"{self._sign_in}?again=1", FAY)
        self._expect(self._fay.is_signed_in, "Fay signs in with Entra")
        self._say(
            "On trial for half an hour: Fay's session with a password ends, and her "
            "sign-in with Entra confirms it. From now on, passwords are refused."
        )

    def _carol_signs_in(self) -> None:
        self._carol.sign_in(self._sign_in, CAROL)
        self._expect(self._carol.is_signed_in, "Carol is in")
        self._say("At Entra, and is in with the roles that provisioning gave her.")

    def _change_role(self) -> None:
        self._portal.unassign(CAROL)
        self._portal.assign(CAROL, "Auditor")
        self._portal.next_cycle()
        self._say("The next cycle, 40 minutes later, brings it.")

    def _leave(self) -> None:
        self._portal.unassign(CAROL)
        self._portal.next_cycle()
        self._expect(not self._carol.is_signed_in, "Carol is out")
        self._say("With the next cycle she is out: her open session is dead at once.")

    def _expire(self) -> None:
        self._portal.expire_secret()
        page = Browser(self._product).sign_in(self._sign_in, ERIN)
        self._expect("AADSTS7000222" in page, heading_of(page))
        self._say(
            "Erin, who wants to sign in, reads what to do; Fay is told by mail and in "
            "the tab (AADSTS7000222)."
        )

    def _deactivate(self) -> None:
        self._fay.post(f"{self._tab}sign-in/deactivate/")
        fay = Browser(self._product)
        self._expect(
            fay.log_in("fay@fabrikam.example", ADMINISTRATOR), "Fay's password works"
        )
        self._say("Passwords work again, as they were. Entra goes on with the people.")

    def _tell_of_mail(self) -> None:
        for message in mail.outbox:
            to = ", ".join(message.to)
            self._screen.say(f"✉ to {to}: {message.body}", indent="    ", hang="      ")
        mail.outbox.clear()

    def _say(self, text: str) -> None:
        self._screen.say(text, indent="    ")

    def _expect(self, is_so: bool, what: str) -> None:
        if not is_so:
            raise CommandError(f"The rehearsal does not go on: {what}")

    def _in_half_a_year(self) -> str:
        return (timezone.localdate() + datetime.timedelta(days=180)).isoformat()


def _keep_mail() -> None:
    """Keep what is mailed in ``mail.outbox``, which Django's test environment has."""
    backend = "django.core.mail.backends.locmem.EmailBackend"
    if hasattr(settings, "MAILERS"):  # Django 6.1
        settings.MAILERS = {"default": {"BACKEND": backend}}
    else:
        settings.EMAIL_BACKEND = backend
    mail.outbox = []
