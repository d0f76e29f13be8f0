"""/api/incidents/{id}/messages and /timeline."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import NotFound
from incidents.kernel.markdown import render
from incidents.models import Fact
from warroom.models import Message
from warroom.services import chat


class MessageIn(In):
    body = serializers.CharField(max_length=10_000, help_text="Markdown.")
    client_id = serializers.UUIDField(
        required=False, help_text="Yours; the same one sent again makes no second message."
    )


class MessageChange(In):
    body = serializers.CharField(max_length=10_000)


class MessageOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    body = serializers.CharField()
    html = serializers.SerializerMethodField()
    author = serializers.CharField(source="author_name")
    author_handle = serializers.CharField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)

    def get_html(self, message: Message) -> str:
        return render(message.body)


class MessagesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.respond"}

    @operation("What was said, in order", answers=page_of(MessageOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        rows = Message.objects.filter(incident=self.incident(ref))
        return self.answer_page(MessageOut, rows, by="seq")

    @operation("Say something", takes=MessageIn, answers=MessageOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """The text is posted as it is: commands are for the room, verbs have addresses here."""
        incident = self.incident(ref)
        data = self.read(MessageIn)
        message = chat.post(incident_id=incident.pk, actor=self.principal.actor, **data)
        return self.answer(MessageOut, message, status=201)


class MessageView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"PATCH": "incident.respond"}

    @operation("Change what one said oneself", takes=MessageChange, answers=MessageOut)
    def patch(self, request: Request, ref: str, message: Any) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        found = Message.objects.filter(incident=incident, pk=message).first()
        if found is None:
            raise NotFound("There is no such message in this incident.")
        body = self.read(MessageChange)["body"]
        changed = chat.edit(message_id=found.pk, body=body, actor=self.principal.actor)
        return self.answer(MessageOut, changed)


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
