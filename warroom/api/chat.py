"""/api/incidents/{id}/messages: what was said, threads, earlier versions, reactions."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import NotFound
from incidents.kernel.markdown import render
from warroom.models import Message, MessageRevision, Reaction, emoji
from warroom.selectors import messages as reads
from warroom.services import chat, reactions
from warroom.services.chat import Envelope

_CLIENT_ID = "Yours; the same one sent again makes no second message."


class MessageIn(In):
    body = serializers.CharField(max_length=10_000, help_text="Markdown. @handle calls people.")
    client_id = serializers.UUIDField(required=False, help_text=_CLIENT_ID)
    thread = serializers.IntegerField(
        required=False, min_value=1, help_text="The seq of the message that this replies to."
    )
    also_in_room = serializers.BooleanField(
        required=False, default=False, help_text="Whether a reply stands in the room, too."
    )


class MessageChange(In):
    body = serializers.CharField(max_length=10_000)


class ReactionOut(serializers.Serializer[Any]):
    emoji = serializers.CharField()
    name = serializers.SerializerMethodField()
    by = serializers.CharField(source="name")
    by_handle = serializers.CharField(source="handle")

    def get_name(self, reaction: Reaction) -> str:
        return emoji.name_of(reaction.emoji)


class MessageOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    body = serializers.CharField(help_text="Empty when the message is deleted.")
    html = serializers.SerializerMethodField()
    author = serializers.CharField(source="author_name")
    author_handle = serializers.CharField()
    mentions = serializers.ListField(
        child=serializers.CharField(), help_text="The handles of the people that it calls."
    )
    thread = serializers.IntegerField(
        source="thread.seq", allow_null=True, default=None, help_text="What it replies to: a seq."
    )
    in_room = serializers.BooleanField(help_text="False for a reply that is in its thread only.")
    replies = serializers.IntegerField(source="reply_count")
    reactions = ReactionOut(many=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    deleted_by = serializers.CharField(help_text="A name; empty while it is not deleted.")

    def get_html(self, message: Message) -> str:
        return render(message.body)


class EarlierMessageOut(serializers.Serializer[Any]):
    body = serializers.CharField()
    html = serializers.SerializerMethodField()
    replaced_at = serializers.DateTimeField()

    def get_html(self, version: MessageRevision) -> str:
        return render(version.body)


class MessagesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.respond"}

    @operation("What was said, in order", answers=page_of(MessageOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Replies are among them; `thread` says what they reply to."""
        rows = Message.objects.filter(incident=self.incident(ref))
        return self.answer_page(MessageOut, reads.whole(rows), by="seq")

    @operation("Say something", takes=MessageIn, answers=MessageOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """The text is posted as it is: commands are for the room, verbs have addresses here."""
        data = self.read(MessageIn)
        message = chat.post(
            incident_id=self.incident(ref).pk,
            body=data.pop("body"),
            actor=self.principal.actor,
            envelope=Envelope(**data),
        )
        return self.answer(MessageOut, _whole(message), status=201)


class OneMessageView(ActionView):
    """What the views of one message have in common: finding it."""

    def message(self, ref: str, key: Any) -> Message:
        found = Message.objects.filter(incident=self.incident(ref), pk=key).first()
        if found is None:
            raise NotFound("There is no such message in this incident.")
        return found


class MessageView(OneMessageView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "incident.read",
        "PATCH": "incident.respond",
        "DELETE": "incident.respond",
    }

    @operation("One message", answers=MessageOut)
    def get(self, request: Request, ref: str, message: Any) -> Response:  # noqa: ARG002
        return self.answer(MessageOut, _whole(self.message(ref, message)))

    @operation("Change what one said oneself", takes=MessageChange, answers=MessageOut)
    def patch(self, request: Request, ref: str, message: Any) -> Response:  # noqa: ARG002
        found = self.message(ref, message)
        body = self.read(MessageChange)["body"]
        changed = chat.edit(message_id=found.pk, body=body, actor=self.principal.actor)
        return self.answer(MessageOut, _whole(changed))

    @operation("Delete a message", answers=MessageOut)
    def delete(self, request: Request, ref: str, message: Any) -> Response:  # noqa: ARG002
        """Its author may, and whoever commands. The text is gone; who deleted it, and when, stays
        in the timeline."""
        found = self.message(ref, message)
        deleted = chat.delete(message_id=found.pk, principal=self.principal)
        return self.answer(MessageOut, _whole(deleted))


class RepliesView(OneMessageView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("The replies to a message, in order", answers=page_of(MessageOut))
    def get(self, request: Request, ref: str, message: Any) -> Response:  # noqa: ARG002
        rows = Message.objects.filter(thread=self.message(ref, message))
        return self.answer_page(MessageOut, reads.whole(rows), by="seq")


class VersionsView(OneMessageView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("How a message read before, the newest first", answers=page_of(EarlierMessageOut))
    def get(self, request: Request, ref: str, message: Any) -> Response:  # noqa: ARG002
        rows = MessageRevision.objects.filter(message=self.message(ref, message))
        return self.answer_page(EarlierMessageOut, rows, by="-replaced_at")


class ReactionView(OneMessageView):
    actions: ClassVar[Mapping[str, str]] = {"PUT": "incident.respond", "DELETE": "incident.respond"}

    @operation("React to a message", answers=MessageOut)
    def put(self, request: Request, ref: str, message: Any, emoji: str) -> Response:  # noqa: ARG002
        """`emoji` is one, or its name: `tada`. Given twice it is there once."""
        found = self.message(ref, message)
        reactions.react(message_id=found.pk, char=emoji, actor=self.principal.actor)
        return self.answer(MessageOut, _whole(found))

    @operation("Take a reaction back", answers=MessageOut)
    def delete(self, request: Request, ref: str, message: Any, emoji: str) -> Response:  # noqa: ARG002
        found = self.message(ref, message)
        reactions.unreact(message_id=found.pk, char=emoji, actor=self.principal.actor)
        return self.answer(MessageOut, _whole(found))


def _whole(message: Message) -> Message:
    rows: QuerySet[Message] = reads.whole(Message.objects.filter(pk=message.pk))
    return rows.get()
