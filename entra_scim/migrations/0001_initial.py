import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from entra_scim.conf import conf


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        migrations.swappable_dependency(conf.ENVIRONMENT_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Environment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
            ],
            options={
                'verbose_name': 'environment',
                'verbose_name_plural': 'environments',
                'swappable': 'ENTRA_SCIM_ENVIRONMENT_MODEL',
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('until', models.DateTimeField(db_index=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AccessKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='digest')),
                ('hint', models.CharField(editable=False, help_text='The first characters, to recognise the key by.', max_length=20, verbose_name='starts with')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created at')),
                ('first_used_at', models.DateTimeField(editable=False, null=True, verbose_name='first used')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('expires_at', models.DateTimeField(blank=True, help_text='Empty: until you revoke it. Entra stops provisioning when its key expires.', null=True, verbose_name='valid until')),
                ('replaced_at', models.DateTimeField(editable=False, help_text='When a newer key was used first.', null=True)),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked at')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('environment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
            ],
            options={
                'verbose_name': 'SCIM access key',
                'verbose_name_plural': 'SCIM access keys',
                'ordering': ('-created_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='GuideLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('last_opened_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(help_text='When it was revoked, or no longer needed.', null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('environment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
            ],
            options={
                'ordering': ('-created_at', '-pk'),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EntraSetUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('notes', models.JSONField(default=list)),
                ('kept', models.JSONField(default=dict)),
                ('holder', models.CharField(default='', max_length=32)),
                ('is_busy', models.BooleanField(default=False)),
                ('held_until', models.DateTimeField(null=True)),
                ('environment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EntraConnection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(null=True, verbose_name='Application (client) ID')),
                ('tenant_id', models.UUIDField(null=True, verbose_name='Directory (tenant) ID')),
                ('cloud', models.CharField(choices=[('global', 'Global (portal.azure.com, entra.microsoft.com)'), ('us_government', 'US government (portal.azure.us)'), ('china', 'China, 21Vianet (portal.azure.cn)')], default='global', max_length=20, verbose_name='Cloud')),
                ('client_secret_expires_on', models.DateField(db_index=True, null=True, verbose_name='Client secret expires on')),
                ('client_secret', models.TextField(default='', editable=False, help_text='Encrypted.')),
                ('client_secret_changed_at', models.DateTimeField(editable=False, null=True)),
                ('certificate', models.TextField(default='', editable=False, help_text='The public part, which Entra knows.')),
                ('certificate_key', models.TextField(default='', editable=False, help_text='Encrypted.')),
                ('certificate_expires_on', models.DateField(db_index=True, editable=False, null=True)),
                ('federation', models.CharField(default='', editable=False, help_text='The kind of assertion that stands for secret and certificate.', max_length=20)),
                ('pending', models.TextField(default='', editable=False, help_text='Encrypted. Changes that wait for a test sign-in, while the integration is active.')),
                ('tested_at', models.DateTimeField(editable=False, null=True)),
                ('tested_fingerprint', models.CharField(default='', editable=False, max_length=64)),
                ('activated_at', models.DateTimeField(editable=False, null=True)),
                ('confirmed_at', models.DateTimeField(editable=False, null=True)),
                ('activated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('paused_at', models.DateTimeField(editable=False, null=True)),
                ('paused_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('environment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
            ],
            options={
                'verbose_name': 'Microsoft Entra ID settings',
                'verbose_name_plural': 'Microsoft Entra ID settings',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ProvisionedUser',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('attributes', models.JSONField(help_text='What Entra sent: the SCIM document without id and meta.', verbose_name='attributes')),
                ('comparable', models.JSONField(help_text='The strings that filters compare, in the form they compare.')),
                ('search_text', models.CharField(help_text='Names and addresses, in the order of the list of people.', max_length=255)),
                ('user_name_key', models.CharField(max_length=64)),
                ('user_name_order', models.CharField(max_length=384)),
                ('external_id_key', models.CharField(max_length=64, null=True)),
                ('object_id_key', models.CharField(help_text='The key of the object ID, even after Entra removed it.', max_length=64, null=True)),
                ('address_key', models.CharField(max_length=64)),
                ('domain_key', models.CharField(max_length=64)),
                ('active', models.BooleanField(verbose_name='active')),
                ('active_received', models.BooleanField(default=False, help_text='Whether Entra ever sent active.')),
                ('has_object_id', models.BooleanField(help_text='Whether the externalId is an object ID.', null=True)),
                ('waiting_object_id', models.CharField(default='', help_text='Another object ID that Entra sent and nobody has accepted.', max_length=36)),
                ('wish', models.JSONField(help_text='The userName and addresses that a colleague still has.', null=True)),
                ('wished_at', models.DateTimeField(null=True)),
                ('overwritten', models.JSONField(default=dict, help_text='What Entra replaced in the account last, as digests.')),
                ('role_function', models.CharField(default='', help_text='The function that roles came from last, as far as it shows.', max_length=10)),
                ('roles_received_at', models.DateTimeField(help_text="Until Entra has sent roles, the person's groups are left alone.", null=True, verbose_name='roles received')),
                ('suspended_groups', models.JSONField(default=list, help_text='Groups taken at deactivation from somebody for whom Entra never sent roles, to be given back at reactivation.')),
                ('former_username', models.TextField(default='', help_text='The username before the person was linked, which still works.')),
                ('former_username_key', models.CharField(db_index=True, max_length=64, null=True)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('modified', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last change')),
                ('version', models.PositiveIntegerField(default=1)),
                ('environment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('profile_of', models.OneToOneField(db_constraint=False, help_text='The user, if this link decides about their names and address. No other link of theirs does then.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='provisioned_user', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'provisioned person',
                'verbose_name_plural': 'provisioned people',
            },
        ),
        migrations.CreateModel(
            name='ProvisionedElement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=40)),
                ('key', models.UUIDField(null=True)),
                ('value', models.TextField(null=True)),
                ('type', models.TextField(null=True)),
                ('primary', models.BooleanField(null=True)),
                ('searched', models.CharField(help_text='The beginning of a name or address, as searches compare it.', max_length=128, null=True)),
                ('environment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
                ('provisioned_user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='elements', to='entra_scim.provisioneduser')),
            ],
        ),
        migrations.CreateModel(
            name='ProvisioningEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('first_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='first at')),
                ('count', models.PositiveIntegerField(default=1, verbose_name='times')),
                ('kind', models.CharField(choices=[('created', 'account created'), ('linked', 'linked to the existing account'), ('updated', 'changed'), ('deactivated', 'deactivated'), ('deactivated_again', 'deactivated again, because the product had undone it'), ('restored', 'brought back to what Entra said, because the product had undone it'), ('reactivated', 'reactivated'), ('released', 'deleted in Entra, now inactive here'), ('set_aside', 'unlinked and set aside, address free'), ('object_id_accepted', 'accepted with another object ID'), ('forgotten', 'may be linked again'), ('role_created', 'role created'), ('role_changed', 'role changed'), ('role_deleted', 'role deleted'), ('key_created', 'access key created'), ('key_first_used', 'access key used first'), ('key_revoked', 'access key revoked'), ('guide_link_created', 'link to the guide created'), ('guide_link_revoked', 'link to the guide revoked'), ('sign_in_tested', 'sign-in tested'), ('sign_in_failed', 'sign-in failed'), ('test_failed', 'test of a changed connection failed'), ('wrong_password', 'entered a wrong password in the tab'), ('credentials', 'connection changed'), ('trial', 'activated on trial'), ('confirmed', 'activation confirmed'), ('trial_expired', 'trial expired unconfirmed: passwords work again'), ('ended', 'turned off: passwords work again'), ('paused', 'provisioning paused'), ('resumed', 'provisioning resumed'), ('refused', 'refused'), ('failed', 'failed')], max_length=20, verbose_name='what')),
                ('name', models.TextField(help_text='The name as it was then.', verbose_name='name')),
                ('changes', models.JSONField(default=dict, help_text='Names of what changed, never the values.', verbose_name='changes')),
                ('reason', models.CharField(max_length=40, verbose_name='reason')),
                ('detail', models.TextField(verbose_name='explanation')),
                ('key_hint', models.CharField(max_length=20, verbose_name='access key')),
                ('actor', models.TextField(default='', help_text='The username of the person who did it in the tab.', verbose_name='by')),
                ('correlation_id', models.UUIDField(default=uuid.uuid4, verbose_name='reference')),
                ('fingerprint', models.CharField(max_length=64, null=True)),
                ('external_id_key', models.CharField(max_length=64, null=True)),
                ('user_name_key', models.CharField(max_length=64, null=True)),
                ('environment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'ordering': ('-at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='ReleasedUser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id_key', models.CharField(max_length=64, null=True)),
                ('released_at', models.DateTimeField(verbose_name='unlinked at')),
                ('is_set_aside', models.BooleanField(default=False, help_text='Whether the account gave its address free.')),
                ('environment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='released_users', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'former person',
                'verbose_name_plural': 'former people',
            },
        ),
        migrations.CreateModel(
            name='RoleAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.TextField(verbose_name='value')),
                ('value_key', models.CharField(max_length=64)),
                ('environment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
                ('provisioned_user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='role_assignments', to='entra_scim.provisioneduser')),
            ],
            options={
                'verbose_name': 'role assignment',
                'verbose_name_plural': 'role assignments',
            },
        ),
        migrations.CreateModel(
            name='EntraSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sid_key', models.CharField(max_length=64, null=True)),
                ('opened_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('environment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session with Entra',
                'verbose_name_plural': 'sessions with Entra',
                'default_permissions': (),
                'indexes': [models.Index(fields=['environment', 'sid_key'], name='entra_scim_sid'), models.Index(fields=['environment', 'opened_at'], name='entra_scim_opened')],
            },
        ),
        migrations.CreateModel(
            name='UnknownAttribute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('name_key', models.CharField(max_length=64)),
                ('seen_at', models.DateTimeField()),
                ('environment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
            ],
            options={
                'verbose_name': 'unknown attribute',
                'verbose_name_plural': 'unknown attributes',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('environment', 'name_key'), name='entra_scim_unknown_once')],
            },
        ),
        migrations.CreateModel(
            name='KeyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('reached', models.UUIDField(help_text='The last person that an unfinished rebuild has come to.', null=True)),
                ('target', models.PositiveSmallIntegerField(default=0, help_text='The version that an unfinished rebuild writes.')),
                ('left_out', models.PositiveIntegerField(default=0, help_text='How many people an unfinished rebuild has left out.')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='LookAlike',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('key', 'user'), name='entra_scim_look_alike')],
            },
        ),
        migrations.CreateModel(
            name='EnvironmentGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_for', models.CharField(default='', editable=False, help_text='The key of the role that the group was created for.', max_length=64)),
                ('environment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='auth.group', verbose_name='group')),
            ],
            options={
                'verbose_name': 'group of an environment',
                'verbose_name_plural': 'groups of environments',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EndedSessions',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('ended_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'ended sessions',
                'verbose_name_plural': 'ended sessions',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EnvironmentRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(help_text='Exactly the Value of the app role in Entra. Case matters.', max_length=255, verbose_name='name')),
                ('value_key', models.CharField(editable=False, max_length=64)),
                ('environment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
                ('target', models.CharField(blank=True, default='', help_text='What people with this role are in the product.', max_length=255, verbose_name='role of the product')),
                ('group', models.ForeignKey(blank=True, help_text='The group that people with this role are put in.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='auth.group', verbose_name='group')),
            ],
            options={
                'verbose_name': 'role',
                'verbose_name_plural': 'roles',
                'ordering': ('value',),
                'constraints': [models.UniqueConstraint(fields=('environment', 'value_key'), name='entra_scim_role_value')],
            },
        ),
        migrations.CreateModel(
            name='PendingRegrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product_role', models.CharField(default='', max_length=255, verbose_name='role of the product')),
                ('former_keys', models.JSONField(default=list, help_text='The keys of roles that granted it before.')),
                ('total', models.PositiveIntegerField()),
                ('done', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('after_created', models.DateTimeField(help_text='Where the next batch begins, as after_id.', null=True)),
                ('after_id', models.UUIDField(null=True)),
                ('environment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=conf.ENVIRONMENT_MODEL, verbose_name='environment')),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='entra_scim.provisioningevent')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='auth.group', verbose_name='group')),
            ],
            options={
                'verbose_name': 'pending change of roles',
                'verbose_name_plural': 'pending changes of roles',
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='provisioneduser',
            index=models.Index(fields=['environment', 'created', 'id'], name='entra_scim_page'),
        ),
        migrations.AddIndex(
            model_name='provisioneduser',
            index=models.Index(fields=['environment', 'search_text', 'id', 'active', 'user'], name='entra_scim_search'),
        ),
        migrations.AddIndex(
            model_name='provisioneduser',
            index=models.Index(fields=['environment', 'user_name_order', 'id'], name='entra_scim_by_user_name'),
        ),
        migrations.AddIndex(
            model_name='provisioneduser',
            index=models.Index(fields=['environment', 'modified', 'id', 'active', 'user'], name='entra_scim_by_change'),
        ),
        migrations.AddIndex(
            model_name='provisioneduser',
            index=models.Index(fields=['domain_key', 'environment', 'active'], name='entra_scim_domain'),
        ),
        migrations.AddIndex(
            model_name='provisioneduser',
            index=models.Index(fields=['environment', 'active', 'active_received', 'role_function', 'has_object_id', 'waiting_object_id', 'roles_received_at', 'user', 'id'], name='entra_scim_mappings'),
        ),
        migrations.AddConstraint(
            model_name='provisioneduser',
            constraint=models.UniqueConstraint(fields=('user', 'environment'), name='entra_scim_linked_once'),
        ),
        migrations.AddConstraint(
            model_name='releaseduser',
            constraint=models.UniqueConstraint(fields=('user', 'environment'), name='entra_scim_released_once'),
        ),
        migrations.AddConstraint(
            model_name='provisioneduser',
            constraint=models.UniqueConstraint(fields=('environment', 'user_name_key'), name='entra_scim_user_name'),
        ),
        migrations.AddConstraint(
            model_name='provisioneduser',
            constraint=models.UniqueConstraint(fields=('environment', 'external_id_key'), name='entra_scim_external_id'),
        ),
        migrations.AddConstraint(
            model_name='provisioneduser',
            constraint=models.UniqueConstraint(fields=('address_key',), name='entra_scim_address'),
        ),
        migrations.AddIndex(
            model_name='provisioneduser',
            index=models.Index(fields=['user', 'environment', 'active', 'has_object_id'], name='entra_scim_linked'),
        ),
        migrations.AddIndex(
            model_name='provisionedelement',
            index=models.Index(fields=['environment', 'key'], name='entra_scim_element'),
        ),
        migrations.AddIndex(
            model_name='provisionedelement',
            index=models.Index(fields=['environment', 'searched', 'provisioned_user'], name='entra_scim_searched'),
        ),
        migrations.AddIndex(
            model_name='provisioningevent',
            index=models.Index(fields=['environment', 'at'], name='entra_scim_event_story'),
        ),
        migrations.AddIndex(
            model_name='provisioningevent',
            index=models.Index(fields=['environment', 'kind', 'at'], name='entra_scim_event_kind'),
        ),
        migrations.AddIndex(
            model_name='provisioningevent',
            index=models.Index(fields=['at'], name='entra_scim_event_age'),
        ),
        migrations.AddConstraint(
            model_name='provisioningevent',
            constraint=models.UniqueConstraint(fields=('environment', 'fingerprint'), name='entra_scim_refused_once'),
        ),
        migrations.AddIndex(
            model_name='roleassignment',
            index=models.Index(fields=['environment', 'value_key'], name='entra_scim_assigned'),
        ),
        migrations.AddConstraint(
            model_name='roleassignment',
            constraint=models.UniqueConstraint(fields=('provisioned_user', 'value_key'), name='entra_scim_assigned_once'),
        ),
    ]
