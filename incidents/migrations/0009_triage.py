"""What triage makes of incidents, what services carry for it, and the words to find incidents by."""

import django.core.validators
import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

# What the severity alone says, for incidents from before.
OF_SEVERITY = """
    UPDATE incidents_incident AS incident
       SET priority = (ARRAY['urgent', 'high', 'normal', 'low'])[least(severity.rank, 3) + 1],
           impact = (ARRAY['critical', 'major', 'minor', 'none'])[least(severity.rank, 3) + 1]
      FROM incidents_severity AS severity WHERE severity.id = incident.severity_id
"""
WORDS = """
    INSERT INTO incidents_incidenttext (incident_id, words)
    SELECT incident.id, to_tsvector('english', left(concat_ws(' ', incident.title,
           incident.summary, incident.root_cause, service.name), 20000))
      FROM incidents_incident AS incident
      LEFT JOIN incidents_service AS service ON service.id = incident.service_id
"""
TIERS = [
    (1, "1: customers notice at once"),
    (2, "2: customers notice after a while"),
    (3, "3: only we notice"),
]
TYPES = [
    ("service_outage", "Service outage"),
    ("performance_degradation", "Performance degradation"),
    ("database_failure", "Database failure"),
    ("network_issue", "Network issue"),
    ("api_failure", "API failure"),
    ("unauthorized_access", "Unauthorized access"),
    ("data_breach", "Data breach"),
    ("ddos", "DDoS"),
    ("malware", "Malware"),
    ("vulnerability_exploitation", "Vulnerability exploitation"),
    ("deployment_failure", "Deployment failure"),
    ("configuration_error", "Configuration error"),
    ("resource_exhaustion", "Resource exhaustion"),
    ("backup_failure", "Backup failure"),
    ("human_error", "Human error"),
    ("other", "Other"),
]
CATEGORIES = [
    ("technical", "Technical"),
    ("security", "Security"),
    ("operational", "Operational"),
]
IMPACTS = [
    ("critical", "All customers"),
    ("major", "Many customers"),
    ("minor", "Few customers"),
    ("none", "No customers"),
]
PRIORITIES = [("urgent", "Urgent"), ("high", "High"), ("normal", "Normal"), ("low", "Low")]


def service_fields(model):
    """What a service carries for triage, and the same in its history."""
    return [
        migrations.AddField(
            model,
            "tier",
            models.PositiveSmallIntegerField(
                blank=True,
                choices=TIERS,
                help_text="How much hangs on it; empty: not said.",
                null=True,
            ),
        ),
        migrations.AddField(
            model,
            "users",
            models.PositiveIntegerField(
                blank=True,
                help_text="How many people use it, to estimate how many are hit.",
                null=True,
            ),
        ),
        migrations.AddField(
            model,
            "revenue_per_hour",
            models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="What it earns in an hour, in your currency, to estimate what is lost.",
                max_digits=12,
                null=True,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("incidents", "0008_heartbeats")]

    operations = [
        *service_fields("service"),
        *service_fields("historicalservice"),
        migrations.AddField(
            "incident", "type", models.CharField(choices=TYPES, default="other", max_length=30)
        ),
        migrations.AddField(
            "incident",
            "category",
            models.CharField(choices=CATEGORIES, default="technical", max_length=12),
        ),
        migrations.AddField(
            "incident", "impact", models.CharField(choices=IMPACTS, default="minor", max_length=10)
        ),
        migrations.AddField(
            "incident",
            "priority",
            models.CharField(choices=PRIORITIES, default="normal", max_length=8),
        ),
        migrations.AddField(
            "incident",
            "affected_percent",
            models.FloatField(
                blank=True,
                help_text="Estimated users hit, in percent of all of the service.",
                null=True,
            ),
        ),
        migrations.AddField(
            "incident",
            "triage",
            models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                help_text="What was found and chosen, and why.",
            ),
        ),
        migrations.AddIndex(
            "incident",
            models.Index(
                condition=models.Q(("resolved_at__isnull", False)),
                fields=["type", "-resolved_at"],
                name="incident_lasted",
            ),
        ),
        migrations.CreateModel(
            "IncidentText",
            [
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="incidents.incident",
                    ),
                ),
                ("words", SearchVectorField()),
            ],
        ),
        migrations.AddIndex(
            "incidenttext",
            GinIndex(fastupdate=False, fields=["words"], name="incident_words"),
        ),
        migrations.RunSQL(OF_SEVERITY, migrations.RunSQL.noop),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
    ]
