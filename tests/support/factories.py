"""Rows that tests need, for whichever models the project has."""

from __future__ import annotations

import factory
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from entra_scim.conf import conf
from entra_scim.models import EnvironmentGroup, EnvironmentRole


def make_environment(**attributes):
    """Make an environment, whichever model the project has for it."""
    return apps.get_model(conf.ENVIRONMENT_MODEL).objects.create(**attributes)


class GroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Group

    name = factory.Sequence("Group {}".format)


class OwnGroupFactory(GroupFactory):
    """A group that belongs to an environment, which may have roles grant it."""

    @classmethod
    def _create(cls, model_class, *args, environment, **kwargs):
        group = super()._create(model_class, *args, **kwargs)
        EnvironmentGroup.objects.create(environment=environment, group=group)
        return group


class RoleFactory(factory.django.DjangoModelFactory):
    """A role, and a group that belongs to its environment unless it is another's."""

    class Meta:
        model = EnvironmentRole

    value = factory.Sequence("Role{}".format)
    group = factory.SubFactory(GroupFactory, name=factory.SelfAttribute("..value"))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        role = super()._create(model_class, *args, **kwargs)
        EnvironmentGroup.objects.get_or_create(
            group=role.group, defaults={"environment": role.environment}
        )
        return role


class UserFactory(factory.django.DjangoModelFactory):
    """A person of an environment, or of several or none."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    email = factory.Sequence("person{}@contoso.example".format)

    @classmethod
    def _create(cls, model_class, *args, environment=None, environments=(), **kwargs):
        if model_class.USERNAME_FIELD != "email":
            kwargs.setdefault("username", kwargs["email"].partition("@")[0])
        password = kwargs.pop("password", "secret")
        user = model_class(*args, **kwargs)
        user.set_password(password)
        user.save()
        for one in (environment, *environments):
            if one is not None and hasattr(one, "members"):
                one.members.add(user)
        return user
