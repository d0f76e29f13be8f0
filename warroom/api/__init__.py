"""/api/incidents/{id}/timeline; what is said has files of its own."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.models import Fact


class FactOut(serializers.Serializer[Any]):
    seq = serializers.IntegerField(help_text="Counts from 1 in each incident, without gaps.")
    kind = serializers.CharField()
    text = serializers.CharField(help_text="To follow the actor's name.")
    data = serializers.DictField()  # type: ignore[assignment]  # a field, not the output
    actor = serializers.CharField(source="actor_name")
    actor_handle = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class TimelineQuery(In):
    after = serializers.IntegerField(
        required=False, min_value=0, default=0, help_text="Only facts after this seq."
    )


class TimelineView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("Every fact of an incident, in order", query=TimelineQuery, answers=page_of(FactOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        after = self.query(TimelineQuery)["after"]
        rows = Fact.objects.filter(incident=self.incident(ref), seq__gt=after)
        return self.answer_page(FactOut, rows, by="seq")
