"""/api/heartbeats: jobs that ping when they have run, and what they pinged."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.fields import BySlug, SeverityWord
from incidents.api.incidents import found
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel import clock, secrets
from incidents.models import (
    Heartbeat,
    HeartbeatPing,
    HeartbeatSchedule,
    HeartbeatState,
    PingKind,
    Service,
)
from incidents.sources.heartbeats import writing


class HeartbeatIn(In):
    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(
        max_length=60, required=False, help_text="Only when it is made; else its name makes one."
    )
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    service = BySlug(Service, required=False, allow_null=True)
    severity = SeverityWord()
    schedule = serializers.ChoiceField(choices=HeartbeatSchedule.choices, required=False)
    interval_seconds = serializers.IntegerField(required=False, min_value=10, max_value=31_622_400)
    cron = serializers.CharField(max_length=120, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False)
    grace_seconds = serializers.IntegerField(required=False, min_value=1, max_value=2_678_400)


class HeartbeatOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    service = serializers.CharField(source="service.slug", default=None, allow_null=True)
    severity = serializers.CharField(source="severity.code")
    schedule = serializers.ChoiceField(choices=HeartbeatSchedule.choices)
    interval_seconds = serializers.IntegerField()
    cron = serializers.CharField()
    time_zone = serializers.CharField()
    grace_seconds = serializers.IntegerField()
    state = serializers.SerializerMethodField()
    running_since = serializers.DateTimeField(allow_null=True)
    last_ping_at = serializers.DateTimeField(allow_null=True)
    last_started_at = serializers.DateTimeField(allow_null=True)
    last_exit_code = serializers.IntegerField(allow_null=True)
    expected_at = serializers.DateTimeField(allow_null=True)
    alert_at = serializers.DateTimeField(allow_null=True)
    down_at = serializers.DateTimeField(allow_null=True)
    ping_url = serializers.SerializerMethodField(
        help_text="Where it pings; null for those who may not change it."
    )

    def get_state(self, heartbeat: Heartbeat) -> HeartbeatState:
        return heartbeat.shown_state(clock.now())

    def get_ping_url(self, heartbeat: Heartbeat) -> str | None:
        if not access.may(self.context["view"].principal, "heartbeat.write"):
            return None
        try:
            return f"{settings.SITE_URL}/ping/{heartbeat.key}"
        except secrets.Unreadable:
            return None


class PingOut(serializers.Serializer[Any]):
    number = serializers.IntegerField(allow_null=True, help_text="Null until it is counted.")
    kind = serializers.ChoiceField(choices=PingKind.choices)
    exit_code = serializers.IntegerField(allow_null=True)
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    method = serializers.CharField()
    remote_address = serializers.CharField()
    user_agent = serializers.CharField()
    body = serializers.CharField(help_text="The last 10 KB.")
    body_size = serializers.IntegerField(help_text="How many bytes were sent.")


def _complete() -> Any:
    return Heartbeat.objects.select_related("service", "severity")


class HeartbeatsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "heartbeat.read", "POST": "heartbeat.write"}

    @operation("List heartbeats", answers=page_of(HeartbeatOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer_page(HeartbeatOut, _complete(), by="name")

    @operation("Add a heartbeat", takes=HeartbeatIn, answers=HeartbeatOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(HeartbeatOut, writing.create(self.read(HeartbeatIn)), status=201)


class HeartbeatView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "heartbeat.read",
        "PATCH": "heartbeat.write",
        "DELETE": "heartbeat.write",
    }

    @operation("Read a heartbeat", answers=HeartbeatOut)
    def get(self, request: Request, heartbeat: str) -> Response:  # noqa: ARG002
        return self.answer(HeartbeatOut, found(_complete(), "heartbeat", slug=heartbeat))

    @operation("Change a heartbeat", takes=HeartbeatIn, answers=HeartbeatOut)
    def patch(self, request: Request, heartbeat: str) -> Response:  # noqa: ARG002
        changes = self.read(HeartbeatIn, partial=True)
        return self.answer(HeartbeatOut, writing.change(heartbeat, changes))

    @operation("Delete a heartbeat", status=204)
    def delete(self, request: Request, heartbeat: str) -> Response:  # noqa: ARG002
        writing.delete(heartbeat)
        return Response(status=204)


class PingsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "heartbeat.read"}

    @operation("List the pings of a heartbeat, the newest first", answers=page_of(PingOut))
    def get(self, request: Request, heartbeat: str) -> Response:  # noqa: ARG002
        row = found(_complete(), "heartbeat", slug=heartbeat)
        return self.answer_page(PingOut, HeartbeatPing.objects.filter(heartbeat=row))


def deed_view(summary: str, verb: Callable[[str], Heartbeat]) -> type[ActionView]:
    """A view that does one thing to a heartbeat and answers with what it is now."""

    class DeedView(ActionView):
        actions: ClassVar[Mapping[str, str]] = {"POST": "heartbeat.write"}

        @operation(summary, answers=HeartbeatOut)
        def post(self, request: Request, heartbeat: str) -> Response:  # noqa: ARG002
            return self.answer(HeartbeatOut, verb(heartbeat))

    return DeedView
