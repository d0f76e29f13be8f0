"""/api/integrations and /api/detection: where alerts come from."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Max
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.fields import BySlug, Number, SeverityWord
from incidents.api.incidents import found
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import Conflict
from incidents.models import (
    Comparator,
    DetectionRule,
    Integration,
    RuleRun,
    Service,
    TelemetrySource,
)
from incidents.selectors import alerts
from incidents.sources.adapters import integrations


class IntegrationIn(In):
    kind = serializers.SlugField(max_length=40)
    name = serializers.CharField(max_length=120)
    service = BySlug(Service, required=False, allow_null=True)


class IntegrationOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    kind = serializers.CharField()
    name = serializers.CharField()
    service = serializers.CharField(source="service.slug", default=None, allow_null=True)
    hint = serializers.CharField(help_text="How the key begins.")
    paused = serializers.BooleanField()
    last_signal_at = serializers.DateTimeField(allow_null=True)


class IntegrationMade(IntegrationOut):
    url = serializers.CharField(help_text="Where to post to.")
    key = serializers.CharField(help_text="Shown only now.")


class IntegrationsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "config.read", "POST": "config.write"}

    @operation("List integrations", answers=page_of(IntegrationOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        rows = Integration.objects.select_related("service")
        return self.answer_page(IntegrationOut, rows)

    @operation("Connect a source", takes=IntegrationIn, answers=IntegrationMade, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        integration, key = integrations.create_integration(**self.read(IntegrationIn))
        told = IntegrationOut(integration).data | {
            "url": integrations.address(integration.kind, key),
            "key": key,
        }
        return Response(told, status=201)


class IntegrationChange(In):
    paused = serializers.BooleanField()


class IntegrationView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "config.read", "PATCH": "config.write"}

    @operation("Read an integration", answers=IntegrationOut)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(IntegrationOut, found(Integration.objects.all(), "integration", pk=pk))

    @operation("Pause or resume", takes=IntegrationChange, answers=IntegrationOut)
    def patch(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        paused = self.read(IntegrationChange)["paused"]
        return self.answer(IntegrationOut, integrations.set_paused(pk, paused=paused))


class SourceField(serializers.SlugRelatedField[Any]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="name", queryset=TelemetrySource.objects.all(), **kwargs)


class RuleIn(In):
    name = serializers.CharField(max_length=120)
    source = SourceField(  # type: ignore[assignment]  # a field, not where one reads from
        help_text="The name of a telemetry source."
    )
    query = serializers.CharField(max_length=5000, help_text="PromQL.")
    comparator = serializers.ChoiceField(choices=Comparator.choices, required=False)
    threshold = Number()
    hold_seconds = serializers.IntegerField(required=False, min_value=0, max_value=86_400)
    interval_seconds = serializers.IntegerField(required=False, min_value=5, max_value=86_400)
    severity = SeverityWord()
    service = BySlug(Service, required=False, allow_null=True)
    enabled = serializers.BooleanField(required=False)


class RuleOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    kind = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]  # as above
        source="source.name"
    )
    query = serializers.CharField()
    comparator = serializers.ChoiceField(choices=Comparator.choices)
    threshold = Number()
    hold_seconds = serializers.IntegerField()
    interval_seconds = serializers.IntegerField()
    severity = serializers.CharField(source="severity.code")
    service = serializers.CharField(source="service.slug", default=None, allow_null=True)
    enabled = serializers.BooleanField()
    next_due_at = serializers.DateTimeField(allow_null=True)


def _rules() -> Any:
    return DetectionRule.objects.select_related("source", "severity", "service")


def _save(rule: DetectionRule, data: Mapping[str, Any]) -> DetectionRule:
    for name, value in data.items():
        setattr(rule, name, value)
    if DetectionRule.objects.filter(name=rule.name).exclude(pk=rule.pk).exists():
        raise Conflict(f"There is a rule called “{rule.name}” already.", "Choose another name.")
    rule.next_due_at = None
    rule.save()
    return rule


class RulesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "POST": "config.write"}

    @operation("List detection rules", answers=page_of(RuleOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer_page(RuleOut, _rules(), by="name")

    @operation("Add a detection rule", takes=RuleIn, answers=RuleOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(RuleOut, _save(DetectionRule(), self.read(RuleIn)), status=201)


class RuleView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "alert.read",
        "PATCH": "config.write",
        "DELETE": "config.write",
    }

    @operation("Read a detection rule", answers=RuleOut)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(RuleOut, found(_rules(), "rule", pk=pk))

    @operation("Change a detection rule", takes=RuleIn, answers=RuleOut)
    def patch(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        rule = found(_rules(), "rule", pk=pk)
        return self.answer(RuleOut, _save(rule, self.read(RuleIn, partial=True)))

    @operation("Delete a detection rule", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        rule = found(_rules(), "rule", pk=pk)
        if rule.series.filter(firing=True).exists():
            hint = "Switch it off first: that closes its alerts."
            raise Conflict(f"“{rule.name}” has an alert open.", hint)
        rule.delete()
        return Response(status=204)


class RuleStatusOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    enabled = serializers.BooleanField()
    last_run_at = serializers.DateTimeField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    firing = serializers.IntegerField()
    worst_value = Number(allow_null=True)
    error = serializers.CharField()


class DetectionStatusOut(serializers.Serializer[Any]):
    active_alerts = serializers.IntegerField()
    rules = RuleStatusOut(many=True)


class DetectionStatusView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read"}

    @operation("How detection is doing", answers=DetectionStatusOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        rules = DetectionRule.objects.annotate(last_run_id=Max("runs__pk"))
        runs = RuleRun.objects.in_bulk([r.last_run_id for r in rules if r.last_run_id])
        told = [_status(rule, runs.get(rule.last_run_id or 0)) for rule in rules]
        active = alerts.firing(access.visible_incidents(self.principal)).count()
        return self.answer(DetectionStatusOut, {"active_alerts": active, "rules": told})


def _status(rule: DetectionRule, run: RuleRun | None) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "enabled": rule.enabled,
        "last_run_at": run.started_at if run else None,
        "duration_ms": run.duration_ms if run else None,
        "firing": run.firing if run else 0,
        "worst_value": run.worst_value if run else None,
        "error": run.error if run else "",
    }
