"""/api/incidents/<ref>/triage: what triage made of an incident, why, and what was like it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.views_common import ActionView, operation
from incidents.models import Category, Impact, IncidentType, Priority
from incidents.selectors import estimates, similar


class EstimateOut(serializers.Serializer[Any]):
    """From opening to resolving."""

    n = serializers.IntegerField(help_text="How many past incidents it is of.")
    median = serializers.FloatField(allow_null=True, help_text="Seconds; null below 5 incidents.")
    p80 = serializers.FloatField(allow_null=True, help_text="Seconds that four of five stay below.")
    basis = serializers.CharField(help_text="What these incidents have in common.")


class SimilarOut(serializers.Serializer[Any]):
    reference = serializers.CharField(source="incident.reference")
    title = serializers.CharField(source="incident.title")
    state = serializers.CharField(source="incident.state")
    score = serializers.FloatField()
    why = serializers.CharField()
    cause = serializers.CharField()
    ended_by = serializers.ListField(child=serializers.CharField())


class TriageOut(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=IncidentType.choices)
    category = serializers.ChoiceField(choices=Category.choices)
    impact = serializers.ChoiceField(choices=Impact.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    affected_percent = serializers.FloatField(allow_null=True)
    affected_users = serializers.IntegerField(allow_null=True)
    revenue_per_hour = serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True, help_text="At stake, in your currency."
    )
    why = serializers.DictField(child=serializers.CharField(), help_text="The reason of each.")
    chosen = serializers.ListField(
        child=serializers.CharField(), help_text="What people chose, against triage."
    )
    expected = EstimateOut(help_text="How long it will last.")
    similar = SimilarOut(many=True)


class TriageView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("What triage made of an incident, why, and what was like it", answers=TriageOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        visible = access.visible_incidents(self.principal)
        harm = estimates.harm(incident)
        shown = {
            **{name: getattr(incident, name) for name in ("type", "category", "impact")},
            **{name: getattr(incident, name) for name in ("priority", "affected_percent")},
            "affected_users": harm.users,
            "revenue_per_hour": harm.revenue_per_hour,
            "why": incident.triage.get("why", {}),
            "chosen": sorted(incident.triage.get("chosen", {})),
            "expected": estimates.expected(visible, incident),
            "similar": similar.find(visible, incident),
        }
        return self.answer(TriageOut, shown)
