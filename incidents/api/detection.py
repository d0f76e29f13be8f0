"""/api/detection: the rules that turn telemetry into alerts, and how they do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.fields import BySlug, Number, SeverityWord
from incidents.api.incidents import found
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.models import (
    Comparator,
    DetectionRule,
    NoData,
    RuleMode,
    Service,
    Team,
    TelemetrySource,
)
from incidents.sources.detection import KINDS, Kind
from incidents.sources.detection.rules import complete
from incidents.sources.detection.writing import delete_rule, save_rule


class SourceField(serializers.SlugRelatedField[Any]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="name", queryset=TelemetrySource.objects.all(), **kwargs)


class RuleIn(In):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=KINDS.slugs(), required=False)
    source = SourceField(  # type: ignore[assignment]  # a field, not where one reads from
        help_text="The name of a telemetry source; none for rules over alerts or over rules.",
        required=False,
        allow_null=True,
    )
    query = serializers.CharField(
        max_length=5000, required=False, allow_blank=True, help_text="As the source understands."
    )
    comparator = serializers.ChoiceField(choices=Comparator.choices, required=False)
    threshold = Number(required=False)
    settings = serializers.DictField(
        required=False, help_text="What the kind needs: /api/detection/kinds describes it."
    )
    hold_seconds = serializers.IntegerField(required=False, min_value=0, max_value=86_400)
    interval_seconds = serializers.IntegerField(required=False, min_value=5, max_value=86_400)
    no_data = serializers.ChoiceField(choices=NoData.choices, required=False)
    severity = SeverityWord()
    service = BySlug(Service, required=False, allow_null=True)
    team = BySlug(
        Team, required=False, allow_null=True, help_text="Who gets the incidents; null: its owner."
    )
    runbook = serializers.SlugField(
        max_length=80, required=False, allow_blank=True, help_text="The runbook to put first."
    )
    mode = serializers.ChoiceField(choices=RuleMode.choices, required=False)


class RuleOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]  # as above
        source="source.name", default=None, allow_null=True
    )
    query = serializers.CharField()
    comparator = serializers.ChoiceField(choices=Comparator.choices)
    threshold = Number()
    settings = serializers.DictField()
    hold_seconds = serializers.IntegerField()
    interval_seconds = serializers.IntegerField()
    no_data = serializers.ChoiceField(choices=NoData.choices)
    severity = serializers.CharField(source="severity.code")
    service = serializers.CharField(source="service.slug", default=None, allow_null=True)
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    runbook = serializers.CharField()
    mode = serializers.ChoiceField(choices=RuleMode.choices)
    next_due_at = serializers.DateTimeField(allow_null=True)
    last_run_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()


class OptionOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not its label
    kind = serializers.CharField(help_text="text, pattern, number, whole, choice or rules.")
    default = serializers.JSONField(allow_null=True, help_text="Null: it must be given.")
    help = serializers.CharField()
    choices = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class KindOut(serializers.Serializer[Any]):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not its label
    about = serializers.CharField()
    compares = serializers.BooleanField(help_text="Whether comparator and threshold count.")
    options = OptionOut(many=True)


class KindsOut(serializers.Serializer[Any]):
    kinds = KindOut(many=True)


class KindsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read"}

    @operation("The kinds of detection rule, and their settings", answers=KindsOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(KindsOut, {"kinds": [_told(slug, kind) for slug, kind in KINDS.items()]})


def _told(slug: str, kind: Kind) -> dict[str, Any]:
    return {
        "kind": slug,
        "label": kind.label,
        "about": kind.about,
        "compares": kind.compares,
        "options": kind.options,
    }


class RulesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "POST": "config.write"}

    @operation("List detection rules", answers=page_of(RuleOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer_page(RuleOut, complete(), by="name")

    @operation("Add a detection rule", takes=RuleIn, answers=RuleOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(RuleOut, save_rule(DetectionRule(), self.read(RuleIn)), status=201)


class RuleView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "alert.read",
        "PATCH": "config.write",
        "DELETE": "config.write",
    }

    @operation("Read a detection rule", answers=RuleOut)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(RuleOut, found(complete(), "rule", pk=pk))

    @operation("Change a detection rule", takes=RuleIn, answers=RuleOut)
    def patch(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        rule = found(complete(), "rule", pk=pk)
        return self.answer(RuleOut, save_rule(rule, self.read(RuleIn, partial=True)))

    @operation("Delete a detection rule", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        delete_rule(found(complete(), "rule", pk=pk))
        return Response(status=204)
