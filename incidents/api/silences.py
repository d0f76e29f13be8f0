"""/api/silences: what is quiet, until when and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api import idempotency
from incidents.api.incidents import found
from incidents.api.noise_fields import Matchers, PreviewOut, told
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel import clock
from incidents.kernel.matchers import from_data
from incidents.models import Silence
from incidents.pipeline.noise import silences
from incidents.pipeline.noise.preview import preview_silence
from incidents.selectors import noise

STATES = ("pending", "active", "expired")


class SilenceQuery(In):
    state = serializers.RegexField(
        f"^({'|'.join(STATES)})$", required=False, default="", help_text="pending, active, expired."
    )


class SilenceIn(In):
    matchers = Matchers()
    comment = serializers.CharField(max_length=4000, help_text="Why: others will ask.")
    starts_at = serializers.DateTimeField(required=False, help_text="Without it: now.")
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    until_resolved = serializers.BooleanField(
        required=False, help_text="Over when what it silences is; then no end is needed."
    )


class SilenceOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uuid")
    state = serializers.CharField(help_text="pending, active or expired.")
    matchers = Matchers()
    comment = serializers.CharField()
    creator = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    until_resolved = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Set when it ended early.")
    ended_why = serializers.CharField()


class SilenceAndAlerts(SilenceOut):
    alerts = serializers.SerializerMethodField(help_text="How many fire under it now.")

    def get_alerts(self, silence: Silence) -> int:
        visible = access.visible_incidents(self.context["view"].principal)
        key = str(silence.uuid)
        return noise.held_by(visible, "silence", [key]).get(key, noise.NOTHING).count


class SilencesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "POST": "alert.silence"}

    @operation("List silences, newest first", query=SilenceQuery, answers=page_of(SilenceOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        state = self.query(SilenceQuery)["state"]
        rows: QuerySet[Silence] = Silence.objects.all()
        if state:
            rows = noise.silences(clock.now(), state)
        return self.answer_page(SilenceOut, rows, by="-created_at")

    @operation("Silence alerts", takes=SilenceIn, answers=SilenceOut, status=201)
    @transaction.atomic
    def post(self, request: Request) -> Response:
        draft = _draft(self.read(SilenceIn), self.principal.actor.name)
        earlier = idempotency.earlier(request, self.principal)
        if earlier is not None:
            made = found(Silence.objects.all(), "silence", pk=earlier)
        else:
            made = silences.silence(draft=draft, actor=self.principal.actor)
            idempotency.remember(request, self.principal, made.pk)
        return self.answer(SilenceOut, made, status=201)


def _draft(given: Mapping[str, Any], creator: str) -> silences.Draft:
    starts: datetime = given.get("starts_at") or clock.now()
    return silences.Draft(
        matchers=from_data(given["matchers"]),
        starts_at=starts,
        ends_at=given.get("ends_at"),
        until_resolved=given.get("until_resolved", False),
        comment=given["comment"],
        creator=creator,
    )


def _found(uuid: UUID) -> Silence:
    row: Silence = found(Silence.objects.all(), "silence", uuid=uuid)
    return row


class SilenceView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "alert.read",
        "PATCH": "alert.silence",
        "DELETE": "alert.silence",
    }

    @operation("Read a silence, with how many alerts fire under it", answers=SilenceAndAlerts)
    def get(self, request: Request, silence_id: UUID) -> Response:  # noqa: ARG002
        return self.answer(SilenceAndAlerts, _found(silence_id))

    @operation(
        "Change a silence; with other matchers it ends and a new one takes its place",
        takes=SilenceIn,
        answers=SilenceOut,
    )
    def patch(self, request: Request, silence_id: UUID) -> Response:  # noqa: ARG002
        old, changes = _found(silence_id), self.read(SilenceIn, partial=True)
        names = ("matchers", "starts_at", "ends_at", "until_resolved", "comment")
        draft = _draft({**{name: getattr(old, name) for name in names}, **changes}, old.creator)
        actor = self.principal.actor
        return self.answer(
            SilenceOut, silences.change(silence_uuid=silence_id, draft=draft, actor=actor)
        )

    @operation("End a silence now", status=204)
    def delete(self, request: Request, silence_id: UUID) -> Response:  # noqa: ARG002
        silences.expire(silence_uuid=silence_id, actor=self.principal.actor)
        return Response(status=204)


class SilencePreviewIn(In):
    matchers = Matchers()


class SilencePreviewView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "alert.silence"}

    @operation(
        "What a silence would have done in the last 7 days, and what it silences now",
        takes=SilencePreviewIn,
        answers=PreviewOut,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        wanted = from_data(self.read(SilencePreviewIn)["matchers"])
        preview = preview_silence(wanted)
        return self.answer(PreviewOut, told(self.principal, preview, wanted))
