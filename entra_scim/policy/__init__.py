"""The host's seam: who belongs where, and what the product does with people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.apps import apps
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import Group
from django.db import models
from django.utils.module_loading import import_string

from entra_scim.conf import conf
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.prepared_queries import PreparedQuery as PreparedQuery
from entra_scim.database.prepared_saves import insert as insert
from entra_scim.database.prepared_saves import set_unusable_password
from entra_scim.document.arriving import arrived, value_of
from entra_scim.document.catalogue import ACCOUNT_FIELDS
from entra_scim.models import EnvironmentGroup

from .any_user import AnyUser
from .shared_people import SharedPeople


class ProvisioningPolicy(SharedPeople):
    """How the product sees its people. Subclass it and set ``ENTRA_SCIM_POLICY``.

    As it stands it serves a product with exactly one environment, to which
    everybody belongs. With several environments, nobody is linkable until a
    subclass says who belongs where.

    Hooks marked *in the transaction* run inside the one that changes the person,
    with the rows locked; it may be repeated, so they do nothing that a rollback does
    not undo. An exception they raise undoes all of it and answers Entra with 500,
    which makes Entra try again; refuse with a subclass of
    :class:`entra_scim.exceptions.ProvisioningError` to give the administrator a
    reason. They must not call other services: use the signals for that.
    """

    def environments_of(self, user: AnyUser) -> Iterable[AnyEnvironment]:
        """Return the environments that a person belongs to.

        People of exactly one environment are linkable there, and managed while
        that is so. Somebody of none is not, nor somebody of two, unless
        ``shares_people``. It is asked all the time: a :class:`PreparedQuery` takes
        less time than a queryset. In the transaction, and whenever somebody signs in;
        reads only.
        """
        return _environments().all()[:2]

    def users_of(self, environment: AnyEnvironment) -> models.QuerySet[Any]:
        """Return everybody who belongs to an environment, provisioned or not.

        Outside the transaction; reads only.
        """
        return get_user_model()._default_manager.all()

    def is_exempt(self, user: AnyUser) -> bool:
        """Tell whether Entra must never link nor change a person: the Admin.

        Asked at each use. Somebody who becomes exempt after Entra linked them no
        longer signs in with Entra, and their link gives nothing more: it can only
        take access away, so that nobody escapes being deactivated. In the
        transaction, and whenever somebody signs in; reads only.
        """
        return bool(getattr(user, "is_superuser", False))

    def create_user(
        self, environment: AnyEnvironment, username: str, email: str
    ) -> AnyUser:
        """Create a person who belongs to the environment, and return them saved.

        ``email`` is empty when Entra sent no address. The password must be
        unusable. As it stands, it saves the person's names too, unless a subclass
        has an ``apply_profile`` of its own. Everything else that Entra decides
        follows afterwards. What you make beside the account, :func:`insert` saves in
        less time than ``create``. In the transaction; the hook saves.
        """
        model = get_user_model()
        values = {model.get_email_field_name(): email, model.USERNAME_FIELD: username}
        user = model(**values)
        set_unusable_password(user)
        if type(self).apply_profile is ProvisioningPolicy.apply_profile:
            self.apply_profile(user, arrived())
        insert(user)
        return user

    def address_for(self, address: str) -> str:
        """Return an e-mail address in the form in which your product keeps it.

        Lower case, if your log-in looks people up so; nothing but case may differ. An
        address that differs only in case from the one that a person has is not
        written again. In the transaction; reads nothing.
        """
        return address

    def username_for(self, user: AnyUser | None, username: str) -> str:
        """Return the username of a person, None for somebody who is to be created.

        ``username`` is what Entra would give them: their address, or their userName if
        there is none. Asked when a person is created or linked, and when Entra changes
        their address; not asked if the username is the e-mail address itself. Return
        ``user.get_username()`` to let people keep theirs; they type it in, and mails
        and links name it. In the transaction; reads only.
        """
        return username

    def find_person(
        self, environment: AnyEnvironment, attributes: Mapping[str, Any]
    ) -> AnyUser | None:
        """Return who somebody new in Entra is, if your product knows them otherwise.

        By ``externalId``, the object ID in Entra, or by a number; never by a name that
        anybody may have. None looks for the e-mail address. All other rules apply:
        they must belong to this environment alone, not be exempt, and nobody else may
        have the address. Of people that the default manager of your users hides, only
        those that this hook returns are linked. In the transaction; reads only.
        """
        return None

    def adopt(self, user: AnyUser, environment: AnyEnvironment) -> None:
        """Make somebody who belongs to no environment belong to this one, or do nothing.

        They are refused if ``environments_of`` does not name the environment then. The
        administrator of a directory can write any address into it: adopt only people
        whose address ``owns_address`` proves to be the customer's. In the transaction;
        the hook saves.
        """

    def sign_in(self, request: Any, user: AnyUser, next_url: str) -> Any:
        """Sign in somebody for whom Entra has vouched. The user has a ``backend``.

        Return a response, or None to go on to ``next_url``, and where that is empty to
        ``LOGIN_REDIRECT_URL``. Call your product's own log-in, for keys that it keeps in
        the session, for its second factor, or for where people arrive. It may sign the
        person in within 10 minutes, in a later request of the same session. Outside the
        transaction.
        """
        login(request, user)

    def apply_profile(self, user: AnyUser, attributes: Mapping[str, Any]) -> None:
        """Set what Entra manages besides username, e-mail, activity and groups.

        ``attributes`` is the SCIM document, without attributes that Entra never
        sent; one that Entra cleared is None. In the transaction; the caller saves
        the fields of the user that changed, so set attributes and don't save.
        """
        for field, attribute in self.profile_fields().items():
            is_there, value = value_of(attributes, attribute)
            if is_there and hasattr(user, field):
                setattr(user, field, value or "")

    def profile_fields(self) -> Mapping[str, str]:
        """Return the fields of your user that Entra manages, each with its attribute.

        Attributes are named as in Entra's mapping, such as ``displayName`` and
        ``name.givenName``, and are texts. ``apply_profile`` sets the fields; user
        admin and forms do not let them be changed. In the transaction, and outside;
        reads nothing.
        """
        return dict(ACCOUNT_FIELDS)

    def deactivate(self, user: AnyUser, environment: AnyEnvironment) -> None:
        """Take away a person's access. In the transaction; the caller saves.

        It cannot refuse. If it raises, what it did is undone, ``is_active`` becomes
        False, and the log and the event tell of it: otherwise the person would keep
        their access for as long as it fails.
        """
        user.is_active = False

    def reactivate(self, user: AnyUser, environment: AnyEnvironment) -> None:
        """Give a person their access back. In the transaction; the caller saves."""
        user.is_active = True

    def may_reactivate(self, user: AnyUser, environment: AnyEnvironment) -> bool:
        """Tell whether Entra may give an inactive account its access back.

        Asked when somebody inactive would be linked as active, and when Entra
        reactivates somebody. Say no for those that your staff suspended: the
        directory of a customer knows nothing of it. Entra then gets 409, and the
        administrator an event. In the transaction; reads only.
        """
        return True

    def owns_address(self, environment: AnyEnvironment, email: str) -> bool:
        """Tell whether an e-mail address may be a person's of an environment.

        Restrict it to the customer's own domains where the product knows them:
        the administrator of a directory can write any address into it. It also
        says which environment an address leads to on a shared sign-in page. In
        the transaction, and there; reads only.
        """
        return True

    def assignable_roles(self, environment: AnyEnvironment) -> Mapping[str, str] | None:
        """Return what roles of an environment may be in your product: labels by keys.

        For ``assign_roles``, which is given the keys. The environment's administrator
        chooses among the labels, and decides in Entra who has the role: offer nothing
        that belongs to other customers or to the product's own staff. A role whose key
        is not there any more gives nothing. As it stands, None: roles go by their
        names. In the transaction, and outside; reads only.
        """
        return None

    def assign_roles(
        self,
        user: AnyUser,
        environment: AnyEnvironment,
        roles: frozenset[str],
        others: frozenset[str],
    ) -> None:
        """Let a person have exactly these roles of an environment now.

        For a product that keeps roles of its own, such as a field of a membership;
        roles need no Django group then. Roles go by their names, or by the keys of
        ``assignable_roles``. ``others`` are those of the environment that the person
        does not have, with those that it had until now: take them, and leave alone
        what is in neither. Called when somebody's roles may have changed, with no role
        for somebody who is deactivated or unlinked, and not before Entra has sent
        roles; do nothing if the person has them already. In the transaction; the
        caller saves the fields of the user that changed, and the hook all else.
        """

    def grantable_groups(self, environment: AnyEnvironment) -> models.QuerySet[Group]:
        """Return the Django groups that roles created in the tab may grant.

        As it stands, only groups that belong to the environment: those that the tab
        made for its roles. An environment's administrator chooses among these, so
        add nothing that belongs to other customers or to the product's own staff.
        Outside the transaction; reads only.
        """
        own = EnvironmentGroup.objects.for_environment(environment)
        return Group.objects.filter(pk__in=own.values("group_id"))

    def administrators_of(self, environment: AnyEnvironment) -> models.QuerySet[Any]:
        """Return who is told, by mail, what an environment must do about Entra.

        Such as renewing a client secret before it expires. Outside the
        transaction; reads only.
        """
        people = self.users_of(environment).filter(is_active=True)
        if any(field.name == "is_staff" for field in people.model._meta.fields):
            people = people.filter(is_staff=True)
        return people

    def may_view(self, request: Any, environment: AnyEnvironment) -> bool:
        """Tell whether the visitor of a request may see the tab in your own pages.

        As it stands, superusers may, and people of the environment that have the
        permission to view or change environments. To anyone else, the environment is
        not there. In the admin, its queryset and permissions decide instead. Outside
        the transaction; reads only, and on every request.
        """
        return _has_permission(self, request.user, environment, "view", "change")

    def may_change(self, request: Any, environment: AnyEnvironment) -> bool:
        """Tell whether somebody who may see the tab in your own pages may change it.

        As it stands, superusers may, and people of the environment that have the
        permission to change environments. Outside the transaction; reads only, and on
        every request.
        """
        return _has_permission(self, request.user, environment, "change")

    def accepts_provisioning(self, environment: AnyEnvironment) -> bool:
        """Tell whether an environment takes requests now.

        A paused one answers 503, and Entra tries again later: nothing is lost.
        Outside the transaction; reads only, and on every request.
        """
        return True


def get_policy() -> ProvisioningPolicy:
    """Return the policy of the host, new for each call: it keeps no state."""
    return cast(ProvisioningPolicy, import_string(conf.POLICY)())


def _has_permission(
    policy: ProvisioningPolicy, user: Any, environment: AnyEnvironment, *actions: str
) -> bool:
    if not user.is_active:
        return False
    if getattr(user, "is_superuser", False):
        return True
    # A permission says nothing about which environment: it is that of all customers.
    options = environment._meta
    return any(
        user.has_perm(f"{options.app_label}.{action}_{options.model_name}")
        for action in actions
        if hasattr(user, "has_perm")
    ) and any(one == environment for one in policy.environments_of(user))


def _environments() -> models.Manager[Any]:
    return cast(
        "models.Manager[Any]", apps.get_model(conf.ENVIRONMENT_MODEL)._default_manager
    )
