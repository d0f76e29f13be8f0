"""What runbooks and runs look like in requests and answers."""

from typing import Any

from rest_framework import serializers

from incidents.api.fields import BySlug, SeverityWord
from incidents.api.inputs import In
from incidents.models import Team
from runbooks.models import MAX_BODY, Category, Compared, Runbook
from runbooks.rendering import Progress, ShownStep, outline
from runbooks.services.running import MAX_NOTE


class PatternIn(In):
    field = serializers.ChoiceField(choices=Compared.choices, default=Compared.TITLE)
    label = serializers.CharField(  # type: ignore[assignment]  # a field, not the text beside it
        required=False, allow_blank=True, default="", max_length=100, help_text="For labels."
    )
    pattern = serializers.CharField(
        max_length=200, help_text="Words; * any letters, ? one, | between alternatives."
    )


class RunbookIn(In):
    title = serializers.CharField(max_length=200)
    body = serializers.CharField(
        max_length=MAX_BODY, help_text="Markdown; each `## heading` starts a step."
    )
    slug = serializers.SlugField(required=False, max_length=80)
    summary = serializers.CharField(required=False, allow_blank=True, max_length=300)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=20
    )
    owner = BySlug(Team, required=False, allow_null=True, help_text="The slug of a team.")
    severities = serializers.ListField(child=SeverityWord(), required=False, max_length=20)
    estimated_minutes = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=10_000
    )
    enabled = serializers.BooleanField(required=False)
    patterns = PatternIn(many=True, required=False)
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="What changed, for the history."
    )


class RunbookChange(RunbookIn):
    title = serializers.CharField(required=False, max_length=200)
    body = serializers.CharField(required=False, max_length=MAX_BODY)
    version = serializers.IntegerField(
        required=False, help_text="The version you started from: 409 if somebody wrote since."
    )


class RunbookQuery(In):
    q = serializers.CharField(required=False, default="", max_length=100)
    category = serializers.ChoiceField(choices=Category.choices, required=False, default="")
    tag = serializers.CharField(required=False, default="", max_length=40)
    enabled = serializers.BooleanField(required=False, allow_null=True, default=None)


class PatternOut(serializers.Serializer[Any]):
    field = serializers.ChoiceField(choices=Compared.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not the text beside it
    pattern = serializers.CharField()


class RunbookListed(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    slug = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    category = serializers.ChoiceField(choices=Category.choices)
    tags = serializers.ListField(child=serializers.CharField())
    owner = serializers.CharField(source="owner.slug", default=None, allow_null=True)
    severities = serializers.ListField(child=serializers.CharField())
    estimated_minutes = serializers.IntegerField(allow_null=True)
    enabled = serializers.BooleanField()
    version = serializers.IntegerField()
    edited_by = serializers.CharField()
    edited_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    url = serializers.CharField(source="get_absolute_url")


class StepOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField(help_text="Markdown.")


class RunbookOut(RunbookListed):
    body = serializers.CharField()
    steps = serializers.SerializerMethodField()
    patterns = PatternOut(many=True, source="patterns.all")

    def get_steps(self, runbook: Runbook) -> list[dict[str, Any]]:
        steps = enumerate(outline(runbook.body).steps, start=1)
        return [{"number": n, "title": step.title, "body": step.body} for n, step in steps]


class VersionOut(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    edited_by = serializers.CharField()
    edited_at = serializers.DateTimeField()
    reason = serializers.CharField(source="history_change_reason", allow_null=True)


class VersionIn(In):
    version = serializers.IntegerField(min_value=1)


class ExecuteIn(In):
    incident = serializers.CharField(
        max_length=60, help_text="The number, the reference (INC-12) or the UUID."
    )


class TickIn(In):
    done = serializers.BooleanField(default=True)
    note = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, default=None, max_length=MAX_NOTE
    )


class RunStepOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    title = serializers.CharField()
    done = serializers.SerializerMethodField()
    done_by = serializers.CharField(source="tick.done_by_name", default=None, allow_null=True)
    done_at = serializers.DateTimeField(source="tick.done_at", default=None, allow_null=True)
    note = serializers.CharField(source="tick.note", default="")

    def get_done(self, step: ShownStep) -> bool:
        return step.tick is not None


class RunOut(serializers.Serializer[Any]):
    """A run as `rendering.progress` sees it."""

    id = serializers.IntegerField(source="run.pk")
    incident = serializers.CharField(source="run.incident.reference")
    runbook = serializers.CharField(source="run.runbook.slug", default=None, allow_null=True)
    title = serializers.CharField(source="run.title")
    version = serializers.IntegerField(source="run.version")
    started_by = serializers.CharField(source="run.started_by_name")
    started_at = serializers.DateTimeField(source="run.started_at")
    finished_by = serializers.CharField(source="run.finished_by_name")
    finished_at = serializers.DateTimeField(source="run.finished_at", allow_null=True)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    steps = RunStepOut(many=True)
    url = serializers.SerializerMethodField()

    def get_url(self, progress: Progress) -> str:
        return progress.run.get_absolute_url()


class SuggestionOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="runbook.pk")
    slug = serializers.CharField(source="runbook.slug")
    title = serializers.CharField(source="runbook.title")
    summary = serializers.CharField(source="runbook.summary")
    why = serializers.CharField(help_text="The reason in words.")
    reasons = serializers.ListField(child=serializers.CharField())
    score = serializers.IntegerField()
    url = serializers.CharField(source="runbook.get_absolute_url")


class IncidentRunbooksOut(serializers.Serializer[Any]):
    suggested = SuggestionOut(many=True)
    runs = RunOut(many=True)
