import django.db.models.deletion
import django.db.models.functions.datetime
import statuspage.models
from django.conf import settings
from incidents.kernel.schema import CreateModels
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('statuspage', '0001_initial'),
        ('statuspage', '0002_merged'),
    ]

    initial = True

    dependencies = [
        ('incidents', '0001_squashed_0018_clocks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='StatusPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(help_text='Whose status it is, as customers know you.', max_length=80)),
                ('description', models.CharField(blank=True, max_length=300)),
                ('is_default', models.BooleanField(default=False, help_text='The page at /status. There is one such page.')),
                ('enabled', models.BooleanField(default=True, help_text='A page that is off answers not found.')),
                ('version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('rendered_version', models.PositiveBigIntegerField(default=0, editable=False)),
                ('rendered_at', models.DateTimeField(editable=False, null=True)),
                ('edition', models.CharField(blank=True, editable=False, max_length=16)),
            ],
            options={
                'ordering': ('-is_default', 'name'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='status_page_one_default'), models.CheckConstraint(condition=models.Q(('slug__in', ['history', 'incidents', 'assets']), _negated=True), name='status_page_slug_free')],
            },
        ),
        migrations.CreateModel(
            name='PublicIncident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='incidents', to='statuspage.statuspage')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='public_incidents', to='incidents.incident')),
                ('came_from', models.ForeignKey(blank=True, editable=False, help_text='The incident it was about before that was merged into another.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='incidents.incident')),
                ('key', models.CharField(default=statuspage.models.new_key, editable=False, max_length=12, unique=True)),
                ('title', models.CharField(max_length=150)),
                ('state', models.CharField(choices=[('investigating', 'Investigating'), ('identified', 'Cause found'), ('monitoring', 'Fix in place, watching'), ('resolved', 'Resolved')], max_length=13)),
                ('started_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveBigIntegerField(default=0, editable=False)),
            ],
            options={
                'ordering': ('-started_at', '-pk'),
                'constraints': [models.UniqueConstraint(fields=('page', 'incident'), name='public_incident_once'), models.CheckConstraint(condition=models.Q(('state__in', ['investigating', 'identified', 'monitoring', 'resolved'])), name='public_incident_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', False), ('state', 'resolved')), models.Q(models.Q(('state', 'resolved'), _negated=True), ('resolved_at__isnull', True)), _connector='OR'), name='public_incident_resolved_at')],
            },
        ),
        migrations.CreateModel(
            name='ComponentGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='statuspage.statuspage')),
                ('name', models.CharField(max_length=80)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ('position', 'name'),
                'constraints': [models.UniqueConstraint(fields=('page', 'name'), name='component_group_once')],
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='snapshots', to='statuspage.statuspage')),
                ('path', models.CharField(max_length=120)),
                ('content_type', models.CharField(max_length=60)),
                ('body', models.BinaryField()),
                ('etag', models.CharField(max_length=32)),
                ('version', models.PositiveBigIntegerField()),
                ('rendered_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('page', 'path'), name='snapshot_once')],
            },
        ),
        migrations.CreateModel(
            name='PublicUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='statuspage.publicincident')),
                ('state', models.CharField(choices=[('investigating', 'Investigating'), ('identified', 'Cause found'), ('monitoring', 'Fix in place, watching'), ('resolved', 'Resolved')], max_length=13)),
                ('body', models.TextField()),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author_name', models.CharField(max_length=150)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('-created_at', '-pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['investigating', 'identified', 'monitoring', 'resolved'])), name='public_update_state_known')],
            },
        ),
        migrations.CreateModel(
            name='Component',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='components', to='statuspage.statuspage')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='components', to='statuspage.componentgroup')),
                ('slug', models.SlugField(max_length=60)),
                ('name', models.CharField(max_length=80)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('service', models.ForeignKey(blank=True, help_text='Incidents of this service suggest this component.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='components', to='incidents.service')),
                ('manual_state', models.CharField(choices=[('operational', 'Operational'), ('degraded', 'Degraded'), ('partial_outage', 'Partial outage'), ('major_outage', 'Major outage')], default='operational', editable=False, max_length=14)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'ordering': ('position', 'name'),
                'constraints': [models.UniqueConstraint(fields=('page', 'slug'), name='component_slug_once'), models.CheckConstraint(condition=models.Q(('manual_state__in', ['operational', 'degraded', 'partial_outage', 'major_outage'])), name='component_state_known')],
            },
        ),
        migrations.CreateModel(
            name='ComponentChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('component', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='statuspage.component')),
                ('old', models.CharField(choices=[('operational', 'Operational'), ('degraded', 'Degraded'), ('partial_outage', 'Partial outage'), ('major_outage', 'Major outage')], max_length=14)),
                ('new', models.CharField(choices=[('operational', 'Operational'), ('degraded', 'Degraded'), ('partial_outage', 'Partial outage'), ('major_outage', 'Major outage')], max_length=14)),
                ('reason', models.CharField(max_length=300)),
                ('actor_handle', models.CharField(max_length=150)),
                ('actor_name', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ('at', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('new__in', ['operational', 'degraded', 'partial_outage', 'major_outage']), ('old__in', ['operational', 'degraded', 'partial_outage', 'major_outage'])), name='component_change_known')],
            },
        ),
        migrations.CreateModel(
            name='ComponentEffect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='effects', to='statuspage.publicincident')),
                ('component', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='effects', to='statuspage.component')),
                ('state', models.CharField(choices=[('degraded', 'Degraded'), ('partial_outage', 'Partial outage'), ('major_outage', 'Major outage')], max_length=14)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ('since', 'pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('public_incident', 'component'), name='component_effect_one_open'), models.CheckConstraint(condition=models.Q(('state__in', ('degraded', 'partial_outage', 'major_outage'))), name='component_effect_known'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='component_effect_in_order')],
            },
        ),
        ]),
    ]
