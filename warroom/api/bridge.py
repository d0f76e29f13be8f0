"""/api/incidents/{id}/bridge: the video room."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import NotFound
from warroom.models import Bridge
from warroom.services import bridge as verbs


class BridgeIn(In):
    link = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text="Of a call that goes on elsewhere. Empty: a room by the chosen service.",
    )


class BridgeOut(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Where people join.")
    service = serializers.SerializerMethodField()
    opened_at = serializers.DateTimeField()
    opened_by = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)

    def get_service(self, bridge: Bridge) -> str:
        return verbs.label_of(bridge.provider)


class BridgeView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "incident.read",
        "POST": "incident.respond",
        "DELETE": "incident.respond",
    }

    @operation("The bridge that is open", answers=BridgeOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        opened = verbs.open_one(self.incident(ref))
        if opened is None:
            raise NotFound("No bridge is open.", "POST opens one.")
        return self.answer(BridgeOut, opened)

    @operation("Open the bridge", takes=BridgeIn, answers=BridgeOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Where one is open already, that one."""
        incident, link = self.incident(ref), self.read(BridgeIn).get("link", "")
        opened = verbs.open_bridge(
            incident_id=incident.pk, actor=self.principal.actor, link=link.strip()
        )
        return self.answer(BridgeOut, opened, status=201)

    @operation("Close the bridge", answers=BridgeOut)
    def delete(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        closed = verbs.close_bridge(incident_id=incident.pk, actor=self.principal.actor)
        return self.answer(BridgeOut, closed)
