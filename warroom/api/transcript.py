"""/api/incidents/{id}/transcript: the whole session, to be kept or read elsewhere."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.schema import Document
from incidents.api.views_common import ActionView, In, operation
from warroom.models import GONE, Presence
from warroom.selectors.recording import transcript
from warroom.services import transcripts

AT_ONCE: Final = 2000
_THERE: Final = [state for state in Presence.values if state not in GONE]


class TranscriptQuery(In):
    after = serializers.IntegerField(
        required=False, min_value=1, help_text="Go on after the entry of this seq: `next_after`."
    )


class TranscribedIncidentOut(serializers.Serializer[Any]):
    reference = serializers.CharField()
    title = serializers.CharField()
    severity = serializers.CharField()
    state = serializers.CharField()
    opened_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class ThereOut(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=_THERE)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python."""
        to = serializers.DateTimeField(allow_null=True, help_text="null: still there.")
        return {**super().get_fields(), "from": serializers.DateTimeField(), "to": to}


class AttendantOut(serializers.Serializer[Any]):
    handle = serializers.CharField()
    name = serializers.CharField()
    there = ThereOut(many=True)


class TranscribedActorOut(serializers.Serializer[Any]):
    kind = serializers.CharField()
    handle = serializers.CharField()
    name = serializers.CharField()


class EditOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    by = serializers.CharField()
    body = serializers.CharField()


class DeletionOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    by = serializers.CharField()


class EntryOut(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    at = serializers.DateTimeField(help_text="When it happened; entries are in this order.")
    kind = serializers.CharField()
    actor = TranscribedActorOut()
    text = serializers.CharField(required=False, help_text="To follow the name; not of messages.")
    output = serializers.CharField(required=False, help_text="What a step of a runbook printed.")
    body = serializers.CharField(
        required=False, allow_null=True, help_text="As it was posted; null if it was deleted."
    )
    reply_to = serializers.IntegerField(required=False, help_text="The seq it answers.")
    edits = EditOut(many=True, required=False)
    deleted = DeletionOut(required=False)
    reactions = serializers.ListField(child=serializers.DictField(), required=False)


class TranscribedDocumentOut(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    kept_at = serializers.DateTimeField()
    text = serializers.CharField()


class TranscriptOut(serializers.Serializer[Any]):
    incident = TranscribedIncidentOut()
    made_at = serializers.DateTimeField()
    people = AttendantOut(many=True)
    entries = EntryOut(many=True)
    document = TranscribedDocumentOut(allow_null=True, help_text="As it was last saved.")
    next_after = serializers.IntegerField(
        allow_null=True, help_text="Ask with `after` for what follows; null at the end."
    )


class TranscriptView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation(
        "The transcript: messages, facts, people", query=TranscriptQuery, answers=TranscriptOut
    )
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """2,000 entries at a time, in the order in which they happened."""
        after = self.query(TranscriptQuery).get("after")
        found = transcript.transcript_of(self.incident(ref), after=after, limit=AT_ONCE)
        return Response(found.as_data())


class MarkdownView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation(
        "The transcript as Markdown", query=TranscriptQuery, answers=Document("text/markdown")
    )
    def get(self, request: Request, ref: str) -> HttpResponse:  # noqa: ARG002
        """20,000 entries at a time; the text says where to go on."""
        after = self.query(TranscriptQuery).get("after")
        written = transcripts.FORMATS["markdown"]
        found = transcript.transcript_of(self.incident(ref), after=after)
        return HttpResponse(written.write(found), content_type=written.content_type)
