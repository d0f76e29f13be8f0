"""/api/incidents/{id}/stages, /updates and /catch-up."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views_common import ActionView, In, operation
from incidents.models import Incident
from incidents.pipeline import stages, updates
from incidents.selectors import pace
from incidents.selectors import stages as selectors
from warroom.services import catching_up


class LineOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()
    done = serializers.BooleanField()
    by = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)


class StageOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField(source="label")
    position = serializers.CharField(help_text="done, now or next.")
    due_at = serializers.DateTimeField(allow_null=True)
    is_late = serializers.BooleanField()
    checklist = LineOut(source="lines", many=True)


class StagesOut(serializers.Serializer[Any]):
    stages = StageOut(many=True)


class CheckIn(In):
    done = serializers.BooleanField()


class StandingIn(In):
    text = serializers.CharField(max_length=updates.MOST)
    client_id = serializers.UUIDField(
        required=False, help_text="Yours; the same one sent again makes no second update."
    )


class PaceOut(serializers.Serializer[Any]):
    updated_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="When the next one is due.")
    is_late = serializers.BooleanField()


class PointOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    seq = serializers.IntegerField(help_text="Of the fact that tells it, or 0.")


class DutyOut(serializers.Serializer[Any]):
    role = serializers.CharField()
    name = serializers.CharField()


class CatchUpOut(serializers.Serializer[Any]):
    brief = serializers.SerializerMethodField()
    known = PointOut(many=True)
    decided = PointOut(many=True)
    tried = PointOut(many=True)
    roles = DutyOut(many=True)
    tasks = PointOut(many=True)
    next_update = PaceOut(source="pace")

    def get_brief(self, found: Any) -> list[str]:
        """Five lines."""
        return [f"{label}: {text}" for label, text in found.lines]


class StagesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("The stages of an incident, with clocks and checklists", answers=StagesOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer(StagesOut, _stages(self.incident(ref)))


class CheckView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"PUT": "incident.respond"}

    @operation("Tick a line of a checklist", takes=CheckIn, answers=StagesOut)
    def put(self, request: Request, ref: str, check: int) -> Response:  # noqa: ARG002
        stages.check(
            incident_id=self.incident(ref).pk,
            check_id=check,
            actor=self.principal.actor,
            **self.read(CheckIn),
        )
        return self.answer(StagesOut, _stages(self.incident(ref)))


def _stages(incident: Incident) -> dict[str, Any]:
    return {"stages": selectors.stages_of(incident, pace.of(incident), selectors.known())}


class UpdatesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.respond"}

    @operation("When the next update is due", answers=PaceOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer(PaceOut, pace.of(self.incident(ref)))

    @operation("Tell inside where things stand", takes=StandingIn, answers=PaceOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        updates.post(incident_id=incident.pk, actor=self.principal.actor, **self.read(StandingIn))
        return self.answer(PaceOut, pace.of(incident), status=201)


class CatchUpView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("What is known, decided, tried, open and due", answers=CatchUpOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer(CatchUpOut, catching_up.build(self.incident(ref)))
