"""/api/detection/sources: what the rules ask."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.incidents import found
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import Conflict
from incidents.models import SourceKind, TelemetrySource


class SourceIn(In):
    name = serializers.CharField(max_length=120)
    url = serializers.URLField(max_length=500)
    kind = serializers.ChoiceField(choices=SourceKind.choices, required=False)
    timeout_seconds = serializers.IntegerField(required=False, min_value=1, max_value=30)


class SourceOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    url = serializers.CharField()
    timeout_seconds = serializers.IntegerField()


def _save(source: TelemetrySource, data: Mapping[str, Any]) -> TelemetrySource:
    for name, value in data.items():
        setattr(source, name, value)
    if TelemetrySource.objects.filter(name=source.name).exclude(pk=source.pk).exists():
        raise Conflict(f"There is a source called “{source.name}” already.", "Choose another name.")
    source.save()
    return source


class SourcesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "config.read", "POST": "config.write"}

    @operation("List telemetry sources", answers=page_of(SourceOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer_page(SourceOut, TelemetrySource.objects.all(), by="name")

    @operation("Add a telemetry source", takes=SourceIn, answers=SourceOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(SourceOut, _save(TelemetrySource(), self.read(SourceIn)), status=201)


class SourceView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "config.read",
        "PATCH": "config.write",
        "DELETE": "config.write",
    }

    @operation("Read a telemetry source", answers=SourceOut)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(SourceOut, found(TelemetrySource.objects.all(), "source", pk=pk))

    @operation("Change a telemetry source", takes=SourceIn, answers=SourceOut)
    def patch(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        source = found(TelemetrySource.objects.all(), "source", pk=pk)
        return self.answer(SourceOut, _save(source, self.read(SourceIn, partial=True)))

    @operation("Delete a telemetry source that no rule asks", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        source = found(TelemetrySource.objects.all(), "source", pk=pk)
        if source.rules.exists():
            raise Conflict(
                f"Rules ask “{source.name}”.", "Delete them or point them elsewhere first."
            )
        source.delete()
        return Response(status=204)
