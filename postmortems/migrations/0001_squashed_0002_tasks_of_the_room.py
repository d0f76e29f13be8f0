import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from incidents.kernel.schema import CreateModels
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('postmortems', '0001_initial'),
        ('postmortems', '0002_tasks_of_the_room'),
    ]

    initial = True

    dependencies = [
        ('incidents', '0001_squashed_0018_clocks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='PostMortem',
            fields=[
                ('incident', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='post_mortem', serialize=False, to='incidents.incident')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', max_length=10)),
                ('version', models.PositiveIntegerField(default=1)),
                ('drafted_at', models.DateTimeField(help_text='When the facts were last read.')),
                ('drafted_upto', models.PositiveIntegerField(help_text='The number of the last fact that the draft has read.')),
                ('drafted_by', models.CharField(max_length=150)),
                ('updated_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('published_by', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'verbose_name': 'post-mortem',
                'indexes': [models.Index(fields=['-updated_at'], name='post_mortem_updated')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'published'])), name='post_mortem_state_known')],
            },
        ),
        migrations.CreateModel(
            name='ActionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='action_items', to='incidents.incident')),
                ('title', models.CharField(max_length=300)),
                ('kind', models.CharField(choices=[('monitoring', 'Monitoring'), ('alerting', 'Alerting'), ('procedure', 'Procedure'), ('documentation', 'Documentation'), ('code', 'Code')], default='procedure', max_length=14)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='action_items', to=settings.AUTH_USER_MODEL)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('priority', models.CharField(choices=[('P0', 'P0 Critical'), ('P1', 'P1 High'), ('P2', 'P2 Medium'), ('P3', 'P3 Low')], default='P2', max_length=2)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('in_progress', 'In progress'), ('completed', 'Completed'), ('failed', 'Failed')], default='pending', max_length=12)),
                ('task_number', models.PositiveIntegerField(blank=True, help_text='The task of the war room that it was made from.', null=True)),
                ('source_seq', models.PositiveIntegerField(blank=True, help_text='The message or fact that it goes back to.', null=True)),
                ('created_by', models.CharField(max_length=150)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('pending', 'in_progress'))), fields=['due_on', 'id'], name='action_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('task_number__isnull', False)), fields=('incident', 'task_number'), name='action_item_of_a_task_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['monitoring', 'alerting', 'procedure', 'documentation', 'code'])), name='action_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'in_progress', 'completed', 'failed'])), name='action_state_known'), models.CheckConstraint(condition=models.Q(('priority__in', ['P0', 'P1', 'P2', 'P3'])), name='action_priority_known')],
            },
        ),
        migrations.CreateModel(
            name='Section',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post_mortem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='postmortems.postmortem')),
                ('slug', models.SlugField(max_length=20)),
                ('body', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('edited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('editor_name', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('post_mortem', 'slug'), name='section_once')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalSection',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('slug', models.SlugField(max_length=20)),
                ('body', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('editor_name', models.CharField(blank=True, max_length=150)),
                ('post_mortem', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='postmortems.postmortem')),
                ('edited_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical section',
                'verbose_name_plural': 'historical sections',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PdfExport',
            fields=[
                ('post_mortem', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='pdf', serialize=False, to='postmortems.postmortem')),
                ('digest', models.CharField(max_length=64)),
                ('body', models.BinaryField()),
                ('made_at', models.DateTimeField()),
            ],
        ),
        ]),
    ]
