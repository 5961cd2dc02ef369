"""What a product with Django's own users and groups goes through."""

from __future__ import annotations

from entra_scim.models import Environment
from tests.hosts import story


def held(user):
    """Return the ends of the names of somebody's groups, which are the roles."""
    return sorted(group.name.rsplit(" ", 1)[-1] for group in user.groups.all())


def play(**places):
    """Play the story, and return the environment, Ann, Entra and her path."""
    story.set_up()
    contoso = Environment.objects.create(name="Contoso")
    ann = story.person("ann@contoso.example", username="ann@contoso.example")
    product = story.Product(
        environment=contoso,
        roles={"Editor": {}, "Viewer": {}},
        held=held,
        nothing=[],
        viewer=["Viewer"],
        editor=["Editor"],
        **places,
    )
    return contoso, ann, *story.play(product, ann)
