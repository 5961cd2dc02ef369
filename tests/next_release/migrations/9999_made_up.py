from __future__ import annotations

from django.db import migrations, models

from entra_scim.conf import conf
from tests.next_release.migrations import LATEST


def note_environments(apps, schema_editor):
    """Read from the host's environments, and write to ours."""
    environments = apps.get_model(conf.ENVIRONMENT_MODEL).objects
    people = apps.get_model("entra_scim", "ProvisionedUser").objects
    for environment in environments.all():
        people.filter(environment=environment).update(note=environment.name)


class Migration(migrations.Migration):
    dependencies = [
        ("entra_scim", LATEST),
        migrations.swappable_dependency(conf.ENVIRONMENT_MODEL),
    ]

    # SQLite makes each of these tables anew, with rows of others that refer to it.
    operations = [
        migrations.AddField(
            "provisioneduser", "note", models.CharField(max_length=200, default="")
        ),
        migrations.AlterField(
            "provisioneduser", "waiting_object_id", models.CharField(max_length=64)
        ),
        migrations.AlterField(
            "provisioningevent", "kind", models.CharField(max_length=40)
        ),
        migrations.AddField(
            "accesskey",
            "created_for",
            models.ForeignKey(
                conf.ENVIRONMENT_MODEL, models.SET_NULL, null=True, related_name="+"
            ),
        ),
        migrations.RunPython(note_environments, migrations.RunPython.noop),
        migrations.AddIndex(
            "provisioneduser",
            models.Index(fields=["environment", "note"], name="entra_scim_made_up"),
        ),
    ]
