from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0009_triage")]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="handling",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                help_text="What its sender did to it: tags, notes.",
            ),
        ),
    ]
