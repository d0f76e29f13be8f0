"""/api/detection/sources: what the rules ask."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.incidents import found
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.models import SourceKind, TelemetrySource
from incidents.sources.detection.writing import delete_source, save_source


class SourceIn(In):
    name = serializers.CharField(max_length=120)
    url = serializers.URLField(max_length=500)
    kind = serializers.ChoiceField(choices=SourceKind.choices, required=False)
    timeout_seconds = serializers.IntegerField(required=False, min_value=1, max_value=30)
    settings = serializers.DictField(required=False, help_text="What the kind needs besides.")
    token = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=5000,
        help_text="Sent as a bearer token. Kept encrypted and never told again.",
    )


class SourceOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    url = serializers.CharField()
    timeout_seconds = serializers.IntegerField()
    settings = serializers.DictField()
    has_token = serializers.BooleanField(source="sealed_token")
    last_ok_at = serializers.DateTimeField(allow_null=True)
    latency_ms = serializers.IntegerField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()


class SourcesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "config.read", "POST": "config.write"}

    @operation("List telemetry sources", answers=page_of(SourceOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer_page(SourceOut, TelemetrySource.objects.all(), by="name")

    @operation("Add a telemetry source", takes=SourceIn, answers=SourceOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(
            SourceOut, save_source(TelemetrySource(), self.read(SourceIn)), status=201
        )


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
        return self.answer(SourceOut, save_source(source, self.read(SourceIn, partial=True)))

    @operation("Delete a telemetry source that no rule asks", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        source = found(TelemetrySource.objects.all(), "source", pk=pk)
        delete_source(source)
        return Response(status=204)
