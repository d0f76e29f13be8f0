"""/api/incidents/{id}/files."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.parsers import StrictJSONParser, UploadParser
from incidents.api.schema import Document, page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.models import Incident
from warroom.models import Attachment
from warroom.selectors import files as selectors
from warroom.services import chat, sharing
from warroom.services import files as verbs
from warroom.services.files.sending import Sending
from warroom.services.files.uploads import uploads_of

_ANY: Final = Document("application/octet-stream")


class FileIn(In):
    file = serializers.FileField(help_text="Taken by what is in it; its type is found, not told.")
    text = serializers.CharField(
        required=False, allow_blank=True, max_length=10_000, help_text="Makes it a message."
    )
    client_id = serializers.UUIDField(
        required=False, help_text="Yours; the same one sent again adds no second file."
    )


class FileOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    seq = serializers.IntegerField(help_text="Of the fact that tells it was added.")
    name = serializers.CharField(help_text="Ends as its media type asks for.")
    media_type = serializers.CharField(help_text="As found in the content.")
    size = serializers.IntegerField(help_text="In bytes.")
    sha256 = serializers.CharField()
    width = serializers.IntegerField(allow_null=True, help_text="Of pictures, in pixels.")
    height = serializers.IntegerField(allow_null=True)
    message_id = serializers.UUIDField(allow_null=True, help_text="The message it came with.")
    uploaded_by = serializers.CharField(source="uploaded_by_name")
    uploaded_by_handle = serializers.CharField()
    created_at = serializers.DateTimeField()
    removed_at = serializers.DateTimeField(allow_null=True, help_text="The content is gone since.")


class FilesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.respond"}
    parser_classes = [UploadParser]

    @operation("The files of an incident", answers=page_of(FileOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer_page(FileOut, selectors.lying_in(self.incident(ref)), by="-seq")

    @operation("Add a file, with a message or without", takes=FileIn, answers=FileOut, status=201)
    def post(self, request: Request, ref: str) -> Response:
        incident = self.incident(ref)
        uploads = uploads_of(request)
        data = self.read(FileIn)
        client_id = data.get("client_id")
        if "text" in data:
            row = self._share(incident, data["text"], uploads, client_id)
        else:
            actor = self.principal.actor
            [row] = verbs.add(
                incident_id=incident.pk, uploads=uploads, actor=actor, client_id=client_id
            )
        return self.answer(FileOut, row, status=201)

    def _share(
        self, incident: Incident, text: str, uploads: list[verbs.Upload], client_id: UUID | None
    ) -> Attachment | None:
        message = sharing.share(
            principal=self.principal,
            incident=incident,
            text=text,
            uploads=uploads,
            envelope=chat.Envelope(client_id=client_id),
        )
        return message.attachments.first()


class FileView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "DELETE": "incident.respond"}
    parser_classes = [StrictJSONParser]

    @operation("What is known of a file", answers=FileOut)
    def get(self, request: Request, ref: str, file: UUID) -> Response:  # noqa: ARG002
        return self.answer(FileOut, selectors.one(self.incident(ref), file))

    @operation("Delete the content of a file; that it was there stays known", answers=FileOut)
    def delete(self, request: Request, ref: str, file: UUID) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        row = verbs.remove(principal=self.principal, incident=incident, file_id=file)
        return self.answer(FileOut, row)


class ContentView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("The content of a file", answers=_ANY)
    def get(self, request: Request, ref: str, file: UUID) -> HttpResponseBase:
        sending = Sending(self._row(ref, file))
        if not sending.row.is_removed:
            known = get_conditional_response(request._request, etag=sending.etag)  # noqa: SLF001
            if known is not None:
                return known
        return HttpResponse(verbs.content_of(sending.row), headers=sending.headers)

    def _row(self, ref: str, file: UUID) -> Attachment:
        return selectors.one(self.incident(ref), file)
