import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import runbooks.models.pattern
import simple_history.models
from django.conf import settings
from incidents.kernel.schema import CreateModels
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('incidents', '0001_squashed_0018_clocks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='HistoricalRunbook',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('slug', models.SlugField(blank=True, help_text='Made from the title when left empty.', max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('summary', models.CharField(blank=True, help_text='One sentence: what it is for, and what it is not.', max_length=300)),
                ('body', models.TextField(help_text='Markdown. Each “## heading” starts a step; what stands before is the introduction. Without headings each “- [ ] item” is a step.', validators=[django.core.validators.MaxLengthValidator(100000)])),
                ('category', models.CharField(choices=[('availability', 'Availability'), ('performance', 'Performance'), ('capacity', 'Capacity'), ('database', 'Databases'), ('network', 'Network'), ('delivery', 'Deploys'), ('data', 'Data quality'), ('security', 'Security'), ('other', 'Other')], default='other', max_length=16)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='Separated by commas.', size=None)),
                ('severities', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, help_text='Suggest it for these only; none chosen means all.', size=None)),
                ('estimated_minutes', models.PositiveSmallIntegerField(blank=True, help_text='How long it takes, from the first step to the last.', null=True)),
                ('enabled', models.BooleanField(default=True, help_text='Off: kept, but no longer suggested.')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('edited_by', models.CharField(blank=True, editable=False, max_length=150)),
                ('edited_at', models.DateTimeField(editable=False)),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, help_text='The team that keeps it true.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.team')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical runbook',
                'verbose_name_plural': 'historical runbooks',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Runbook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(blank=True, help_text='Made from the title when left empty.', max_length=80, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('summary', models.CharField(blank=True, help_text='One sentence: what it is for, and what it is not.', max_length=300)),
                ('body', models.TextField(help_text='Markdown. Each “## heading” starts a step; what stands before is the introduction. Without headings each “- [ ] item” is a step.', validators=[django.core.validators.MaxLengthValidator(100000)])),
                ('category', models.CharField(choices=[('availability', 'Availability'), ('performance', 'Performance'), ('capacity', 'Capacity'), ('database', 'Databases'), ('network', 'Network'), ('delivery', 'Deploys'), ('data', 'Data quality'), ('security', 'Security'), ('other', 'Other')], default='other', max_length=16)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='Separated by commas.', size=None)),
                ('owner', models.ForeignKey(blank=True, help_text='The team that keeps it true.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runbooks', to='incidents.team')),
                ('severities', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, help_text='Suggest it for these only; none chosen means all.', size=None)),
                ('estimated_minutes', models.PositiveSmallIntegerField(blank=True, help_text='How long it takes, from the first step to the last.', null=True)),
                ('enabled', models.BooleanField(default=True, help_text='Off: kept, but no longer suggested.')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('edited_by', models.CharField(blank=True, editable=False, max_length=150)),
                ('edited_at', models.DateTimeField(editable=False)),
                ('created_at', models.DateTimeField(editable=False)),
            ],
            options={
                'ordering': ('title', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='RunbookRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runbook_runs', to='incidents.incident')),
                ('runbook', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='runbooks.runbook')),
                ('title', models.CharField(max_length=200)),
                ('version', models.PositiveIntegerField()),
                ('introduction', models.TextField(blank=True)),
                ('steps', models.JSONField(default=list)),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_by_name', models.CharField(max_length=150)),
                ('started_at', models.DateTimeField()),
                ('finished_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finished_by_name', models.CharField(blank=True, max_length=150)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ('-started_at', '-pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at__isnull', True)), fields=('incident', 'runbook'), name='runbook_run_open_once')],
            },
        ),
        migrations.CreateModel(
            name='RunbookPattern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('runbook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='patterns', to='runbooks.runbook')),
                ('field', models.CharField(choices=[('title', 'Title of the incident or of one of its alerts'), ('service', 'Service'), ('label', 'Label of an alert')], default='title', max_length=8, verbose_name='compare')),
                ('label', models.CharField(blank=True, help_text='For labels: its name, such as alertname.', max_length=100)),
                ('pattern', models.CharField(help_text='Words; * is any letters, ? is one, | separates alternatives.', max_length=200, validators=[runbooks.models.pattern.check_pattern])),
            ],
            options={
                'verbose_name': 'pattern',
                'ordering': ('pk',),
                'constraints': [models.UniqueConstraint(fields=('runbook', 'field', 'label', 'pattern'), name='runbook_pattern_once'), models.CheckConstraint(condition=models.Q(('field__in', ['title', 'service', 'label'])), name='runbook_pattern_field_known')],
            },
        ),
        migrations.CreateModel(
            name='StepTick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ticks', to='runbooks.runbookrun')),
                ('index', models.PositiveSmallIntegerField()),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_by_name', models.CharField(max_length=150)),
                ('done_at', models.DateTimeField()),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'ordering': ('index',),
                'constraints': [models.UniqueConstraint(fields=('run', 'index'), name='runbook_step_ticked_once'), models.CheckConstraint(condition=models.Q(('index__gte', 1)), name='runbook_step_from_one')],
            },
        ),
        ]),
    ]
