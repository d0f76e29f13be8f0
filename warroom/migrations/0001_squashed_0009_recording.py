import django.db.models.deletion
import simple_history.models
import uuid
from django.conf import settings
from incidents.kernel.schema import CreateModels
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('warroom', '0001_initial'),
        ('warroom', '0002_document'),
        ('warroom', '0003_tasks_and_record'),
        ('warroom', '0004_bridge'),
        ('warroom', '0005_files'),
        ('warroom', '0006_chat'),
        ('warroom', '0007_roles'),
        ('warroom', '0008_message_files'),
        ('warroom', '0009_recording'),
    ]

    initial = True

    dependencies = [
        ('incidents', '0001_squashed_0018_clocks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='RoomHub',
            fields=[
                ('hub', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('incident', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='document', to='incidents.incident')),
                ('n', models.PositiveIntegerField(default=0)),
                ('snapshot', models.BinaryField(default=bytes)),
                ('snapshot_n', models.PositiveIntegerField(default=0)),
                ('snapshot_bytes', models.PositiveIntegerField(default=0)),
                ('log_bytes', models.PositiveIntegerField(default=0)),
                ('versions_kept', models.PositiveIntegerField(default=0)),
                ('editors', models.JSONField(default=list)),
                ('opened_at', models.DateTimeField()),
                ('edited_at', models.DateTimeField()),
                ('unsaved_since', models.DateTimeField(blank=True, null=True)),
                ('save_due_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('save_due_at__isnull', False)), fields=['save_due_at'], name='document_save_due')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalRoleRule',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('occasion', models.CharField(choices=[('opened', 'it opens'), ('acknowledged', 'it is acknowledged')], max_length=12, verbose_name='when')),
                ('role', models.CharField(choices=[('commander', 'Incident commander'), ('communications', 'Communications lead'), ('operations', 'Operations lead'), ('scribe', 'Scribe'), ('responder', 'Responder')], max_length=14)),
                ('who', models.CharField(choices=[('actor', 'Whoever does that'), ('person', 'The person named below'), ('least_busy', 'The member of its team with the fewest open incidents'), ('team', 'Everybody of its team')], default='actor', max_length=10)),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='The rule with the smallest number is tried first.')),
                ('is_active', models.BooleanField(default=True)),
                ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('severity', models.ForeignKey(blank=True, db_constraint=False, help_text='Only incidents this bad, or worse.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.severity')),
                ('service', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.service')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.team')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical role rule',
                'verbose_name_plural': 'historical role rules',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Hypothesis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hypotheses', to='incidents.incident')),
                ('number', models.PositiveIntegerField()),
                ('seq', models.PositiveIntegerField()),
                ('text', models.CharField(max_length=1000)),
                ('verdict', models.CharField(choices=[('open', 'Open'), ('supported', 'Supported'), ('refuted', 'Refuted')], default='open', max_length=10)),
                ('evidence', models.CharField(blank=True, max_length=1000)),
                ('proposed_by', models.CharField(max_length=150)),
                ('proposed_at', models.DateTimeField()),
                ('judged_by', models.CharField(blank=True, max_length=150)),
                ('judged_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'hypotheses',
                'ordering': ('incident', 'number'),
                'constraints': [models.UniqueConstraint(fields=('incident', 'number'), name='hypothesis_number_once'), models.CheckConstraint(condition=models.Q(('verdict__in', ['open', 'supported', 'refuted'])), name='hypothesis_verdict_known')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='incidents.incident')),
                ('seq', models.PositiveIntegerField()),
                ('body', models.TextField()),
                ('author_kind', models.CharField(max_length=12)),
                ('author_handle', models.CharField(max_length=150)),
                ('author_name', models.CharField(max_length=150)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to=settings.AUTH_USER_MODEL)),
                ('client_id', models.UUIDField(blank=True, null=True)),
                ('thread', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='warroom.message')),
                ('file_count', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('in_room', models.BooleanField(default=True)),
                ('mentions', models.JSONField(blank=True, default=list, help_text='Handles, as they are called.')),
                ('created_at', models.DateTimeField()),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('deleted_by', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'ordering': ('incident', 'seq'),
                'constraints': [models.UniqueConstraint(fields=('incident', 'seq'), name='message_seq_once'), models.UniqueConstraint(condition=models.Q(('client_id__isnull', False)), fields=('incident', 'client_id'), name='message_client_id_once')],
            },
        ),
        migrations.CreateModel(
            name='Pin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pins', to='incidents.incident')),
                ('seq', models.PositiveIntegerField()),
                ('pinned_by', models.CharField(max_length=150)),
                ('pinned_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('incident', 'seq'),
                'constraints': [models.UniqueConstraint(fields=('incident', 'seq'), name='pin_once')],
            },
        ),
        migrations.CreateModel(
            name='ReadMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_marks', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_marks', to='incidents.incident')),
                ('seq', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'incident'), name='read_mark_once')],
            },
        ),
        migrations.CreateModel(
            name='RoleOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_offers', to='incidents.incident')),
                ('role', models.CharField(choices=[('commander', 'Incident commander'), ('communications', 'Communications lead'), ('operations', 'Operations lead'), ('scribe', 'Scribe'), ('responder', 'Responder')], max_length=14)),
                ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_offers', to=settings.AUTH_USER_MODEL)),
                ('holder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('giver_handle', models.CharField(max_length=150)),
                ('giver_name', models.CharField(max_length=150)),
                ('note', models.TextField(blank=True)),
                ('checklist', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('open', 'Waits for an answer'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('expired', 'Not answered in time'), ('withdrawn', 'Withdrawn')], default='open', max_length=9)),
                ('offered_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ('offered_at',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('incident', 'role'), name='role_offered_once')],
            },
        ),
        migrations.CreateModel(
            name='RoleRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occasion', models.CharField(choices=[('opened', 'it opens'), ('acknowledged', 'it is acknowledged')], max_length=12, verbose_name='when')),
                ('role', models.CharField(choices=[('commander', 'Incident commander'), ('communications', 'Communications lead'), ('operations', 'Operations lead'), ('scribe', 'Scribe'), ('responder', 'Responder')], max_length=14)),
                ('who', models.CharField(choices=[('actor', 'Whoever does that'), ('person', 'The person named below'), ('least_busy', 'The member of its team with the fewest open incidents'), ('team', 'Everybody of its team')], default='actor', max_length=10)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('severity', models.ForeignKey(blank=True, help_text='Only incidents this bad, or worse.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.severity')),
                ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.service')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.team')),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='The rule with the smallest number is tried first.')),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ('position', 'id'),
            },
        ),
        migrations.CreateModel(
            name='RoomVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='room_visits', to='incidents.incident')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='room_visits', to=settings.AUTH_USER_MODEL)),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('incident', 'user'), name='room_visit_once')],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='incidents.incident')),
                ('number', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=300)),
                ('state', models.CharField(choices=[('open', 'Open'), ('doing', 'Doing'), ('done', 'Done'), ('dropped', 'Dropped')], default='open', max_length=8)),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tasks', to=settings.AUTH_USER_MODEL)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('remind_minutes', models.PositiveIntegerField(default=0, help_text='How many minutes before it is due somebody is reminded.')),
                ('remind_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('follow_up', models.BooleanField(default=False, help_text='Kept for after the incident, as an action item.')),
                ('position', models.PositiveIntegerField()),
                ('said_seq', models.PositiveIntegerField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, help_text='Why it was dropped.', max_length=300)),
                ('created_by', models.CharField(max_length=150)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ('incident', 'position', 'number'),
                'indexes': [models.Index(condition=models.Q(('remind_at__isnull', False)), fields=['remind_at'], name='task_remind'), models.Index(condition=models.Q(('state__in', ('open', 'doing'))), fields=['assignee', 'due_at'], name='task_whose')],
                'constraints': [models.UniqueConstraint(fields=('incident', 'number'), name='task_number_once'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'doing', 'done', 'dropped'])), name='task_state_known')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendance', to='incidents.incident')),
                ('hub', models.CharField(max_length=32)),
                ('handle', models.CharField(max_length=150)),
                ('name', models.CharField(max_length=150)),
                ('state', models.CharField(choices=[('responding', 'Responding'), ('watching', 'Watching'), ('away', 'Away'), ('left', 'Left'), ('lost', 'Connection lost')], max_length=10)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ('incident', 'at', 'id'),
                'indexes': [models.Index(fields=['incident', 'at'], name='attendance_in_order'), models.Index(fields=['hub'], name='attendance_of_hub')],
            },
        ),
        migrations.CreateModel(
            name='Bridge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bridges', to='incidents.incident')),
                ('provider', models.SlugField(blank=True, help_text='Empty: a link of a person.', max_length=30)),
                ('url', models.URLField(max_length=2000)),
                ('name', models.CharField(blank=True, help_text='What the service calls it.', max_length=500)),
                ('opened_at', models.DateTimeField()),
                ('opened_by', models.CharField(max_length=150)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ('-opened_at',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('incident',), name='bridge_open_once')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='incidents.incident')),
                ('number', models.PositiveIntegerField()),
                ('seq', models.PositiveIntegerField()),
                ('text', models.CharField(max_length=1000)),
                ('why', models.CharField(blank=True, max_length=1000)),
                ('alternatives', models.CharField(blank=True, max_length=1000)),
                ('decider', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decisions', to=settings.AUTH_USER_MODEL)),
                ('decider_name', models.CharField(max_length=150)),
                ('decided_at', models.DateTimeField()),
                ('superseded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='supersedes', to='warroom.decision')),
            ],
            options={
                'ordering': ('incident', 'number'),
                'constraints': [models.UniqueConstraint(fields=('incident', 'number'), name='decision_number_once')],
            },
        ),
        migrations.CreateModel(
            name='DocumentUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='warroom.document')),
                ('n', models.PositiveIntegerField()),
                ('data', models.BinaryField()),
                ('author_kind', models.CharField(max_length=12)),
                ('author_handle', models.CharField(max_length=150)),
                ('author_name', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ('document', 'n'),
                'constraints': [models.UniqueConstraint(fields=('document', 'n'), name='document_update_once')],
            },
        ),
        migrations.CreateModel(
            name='DocumentVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='warroom.document')),
                ('number', models.PositiveIntegerField()),
                ('n', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('reason', models.CharField(choices=[('quiet', 'after a pause'), ('long', 'after ten minutes of writing'), ('stage', 'when the incident moved on'), ('command', 'added from the chat'), ('replaced', 'written as a whole'), ('before', 'before all of it was written anew'), ('restored', 'an older version came back')], max_length=12)),
                ('editors', models.JSONField(default=list)),
                ('lines_added', models.PositiveIntegerField(default=0)),
                ('lines_removed', models.PositiveIntegerField(default=0)),
                ('kept_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('document', '-number'),
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='document_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='incidents.incident')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attachments', to='warroom.message')),
                ('seq', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=150)),
                ('media_type', models.CharField(max_length=60)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('width', models.PositiveIntegerField(blank=True, null=True)),
                ('height', models.PositiveIntegerField(blank=True, null=True)),
                ('uploaded_by_kind', models.CharField(max_length=12)),
                ('uploaded_by_handle', models.CharField(max_length=150)),
                ('uploaded_by_name', models.CharField(max_length=150)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attachments', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ('incident', 'seq'),
                'constraints': [models.UniqueConstraint(fields=('incident', 'seq'), name='attachment_seq_once')],
            },
        ),
        migrations.CreateModel(
            name='MessageRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='warroom.message')),
                ('body', models.TextField()),
                ('replaced_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('message', 'replaced_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reactions', to='warroom.message')),
                ('emoji', models.CharField(max_length=16)),
                ('handle', models.CharField(max_length=150)),
                ('name', models.CharField(max_length=150)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reactions', to=settings.AUTH_USER_MODEL)),
                ('given_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('message', 'id'),
                'constraints': [models.UniqueConstraint(fields=('message', 'emoji', 'handle'), name='reaction_once')],
            },
        ),
        ]),
    ]
