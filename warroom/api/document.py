"""/api/incidents/{id}/document: the shared document as text, and its versions."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.schema import Document as Answered
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.models import Incident
from warroom.models import DocumentVersion
from warroom.selectors import document as reading
from warroom.services import document as verbs


class DocumentIn(In):
    text = serializers.CharField(
        allow_blank=True, trim_whitespace=False, help_text="Markdown; all of the document."
    )
    based_on = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="The `revision` that was read; 409 if somebody has written since. Without it the"
        " differences to the present text are made as edits, whatever came in between.",
    )


class DocumentOut(serializers.Serializer[Any]):
    incident = serializers.CharField(help_text="The reference of the incident.")
    text = serializers.CharField(help_text="Markdown; empty while nobody has begun.")
    revision = serializers.IntegerField(help_text="Grows with every edit.")
    edited_at = serializers.DateTimeField(allow_null=True)
    versions = serializers.IntegerField(help_text="How many versions are kept.")
    url = serializers.CharField()


class DocumentVersionOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    kept_at = serializers.DateTimeField()
    reason = serializers.CharField(help_text="Why it was kept, in a word.")
    editors = serializers.SerializerMethodField(help_text="Who wrote since the version before.")
    lines_added = serializers.IntegerField()
    lines_removed = serializers.IntegerField()

    def get_editors(self, version: DocumentVersion) -> list[str]:
        return [editor["name"] for editor in version.editors]


class DocumentVersionTextOut(DocumentVersionOut):
    text = serializers.CharField()


def _of(incident: Incident) -> dict[str, Any]:
    row = reading.of_incident(incident.pk)
    return {
        "incident": incident.reference,
        "text": reading.text_of(row),
        "revision": row.n if row else 0,
        "edited_at": row.edited_at if row else None,
        "versions": row.versions_kept if row else 0,
        "url": f"{incident.get_absolute_url()}?tab=document",
    }


class DocumentView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "PUT": "incident.respond"}

    @operation("The shared document", answers=DocumentOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer(DocumentOut, _of(self.incident(ref)))

    @operation("Make the shared document read so", takes=DocumentIn, answers=DocumentOut)
    def put(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Only what differs is edited: people who write at the same time keep their place."""
        incident = self.incident(ref)
        data = self.read(DocumentIn)
        verbs.replace(incident_id=incident.pk, actor=self.principal.actor, **data)
        return self.answer(DocumentOut, _of(incident))


class DocumentsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("The documents of an incident: the shared one", answers=page_of(DocumentOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Empty while nobody has begun it."""
        found = _of(self.incident(ref))
        results = [DocumentOut(found).data] if found["revision"] else []
        return Response({"results": results, "next": None})


class MarkdownView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("The shared document as Markdown", answers=Answered("text/markdown"))
    def get(self, request: Request, ref: str) -> HttpResponse:  # noqa: ARG002
        text = _of(self.incident(ref))["text"]
        return HttpResponse(text, content_type="text/markdown; charset=utf-8")


class VersionsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("Versions of the shared document, newest first", answers=page_of(DocumentVersionOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer_page(
            DocumentVersionOut, reading.versions(self.incident(ref)), by="-number"
        )


class VersionView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("A version of the shared document, with its text", answers=DocumentVersionTextOut)
    def get(self, request: Request, ref: str, version: int) -> Response:  # noqa: ARG002
        return self.answer(DocumentVersionTextOut, reading.version(self.incident(ref), version))


class RestoreView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.respond"}

    @operation(
        "Bring back a version of the shared document", answers=DocumentVersionTextOut, status=201
    )
    def post(self, request: Request, ref: str, version: int) -> Response:  # noqa: ARG002
        """As a new edit: what stands there now becomes a version too."""
        incident = self.incident(ref)
        actor = self.principal.actor
        made = verbs.restore(incident_id=incident.pk, number=version, actor=actor)
        return self.answer(DocumentVersionTextOut, made, status=201)
