"""Drafting, reading, editing, publishing and exporting post-mortems."""

from collections.abc import Iterable
from typing import ClassVar

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.schema import Document, page_of
from incidents.api.views_common import ActionView, operation
from incidents.models import Incident
from postmortems import services
from postmortems.api.shapes import (
    PostMortemIn,
    PostMortemLineOut,
    PostMortemOut,
    PostMortemPageLineOut,
    PostMortemQuery,
)
from postmortems.models import ActionItem, PostMortem
from postmortems.selectors import documents
from postmortems.services import SectionEdit, exporting


def _document(incident: Incident) -> PostMortem:
    """The post-mortem with everything its answer holds."""
    found = documents.post_mortem_of(incident)
    items = ActionItem.objects.select_related("owner").order_by("pk")
    prefetch_related_objects([incident], Prefetch("action_items", items))
    found.incident = incident
    return found


class IncidentPostMortemView(ActionView):
    actions = {"GET": "postmortem.read", "POST": "postmortem.write"}

    @operation("Read the post-mortem of an incident", answers=PostMortemOut)
    def get(self, _request: Request, ref: str) -> Response:
        return self.answer(PostMortemOut, _document(self.incident(ref)))

    @operation("Draft the post-mortem from the facts", answers=PostMortemOut, status=201)
    def post(self, _request: Request, ref: str) -> Response:
        """Drafting again leaves the sections alone that people have edited."""
        incident = self.incident(ref)
        services.draft(incident_id=incident.pk, actor=self.principal.actor)
        return self.answer(PostMortemOut, _document(incident), status=201)


class PostMortemsView(ActionView):
    actions = {"GET": "postmortem.read"}

    @operation("List post-mortems", query=PostMortemQuery, answers=page_of(PostMortemLineOut))
    def get(self, _request: Request) -> Response:
        rows = access.visible_incidents(self.principal).filter(post_mortem__isnull=False)
        state = self.query(PostMortemQuery).get("state")
        if state:
            rows = rows.filter(post_mortem__state=state)
        rows = rows.select_related("post_mortem")
        return self.answer_page(PostMortemPageLineOut, rows)


class PostMortemView(ActionView):
    actions = {"GET": "postmortem.read", "PATCH": "postmortem.write"}

    @operation("Read a post-mortem", answers=PostMortemOut)
    def get(self, _request: Request, ref: str) -> Response:
        return self.answer(PostMortemOut, _document(self.incident(ref)))

    @operation("Replace the text of sections", takes=PostMortemIn, answers=PostMortemOut)
    def patch(self, _request: Request, ref: str) -> Response:
        """All sections are saved or none. 409 when somebody changed one after you read it."""
        incident = self.incident(ref)
        edits = [SectionEdit(**section) for section in self.read(PostMortemIn)["sections"]]
        services.save_sections(incident_id=incident.pk, edits=edits, actor=self.principal.actor)
        return self.answer(PostMortemOut, _document(incident))


class PublishView(ActionView):
    actions = {"POST": "postmortem.publish"}

    @operation("Publish a post-mortem", answers=PostMortemOut)
    def post(self, _request: Request, ref: str) -> Response:
        incident = self.incident(ref)
        services.publish(incident_id=incident.pk, actor=self.principal.actor)
        return self.answer(PostMortemOut, _document(incident))


class _AsTheAddressSays(BaseContentNegotiation):
    """A file has the format that its address names, whatever the client would accept."""

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002  # the interface's
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002  # the interface's
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class ExportView(ActionView):
    """The document as a file; `kind` is one of exporting.FORMATS."""

    actions = {"GET": "postmortem.read"}
    content_negotiation_class = _AsTheAddressSays
    kind: ClassVar[str] = ""

    def _file(self, ref: str) -> HttpResponse:
        incident = self.incident(ref)
        made = exporting.export(incident, documents.post_mortem_of(incident), self.kind)
        return HttpResponse(made.content, headers=made.headers)

    def get(self, _request: Request, ref: str) -> HttpResponse:
        return self._file(ref)


class MarkdownView(ExportView):
    actions = {"GET": "postmortem.read"}
    kind = "markdown"

    @operation("Export as Markdown", answers=Document("text/markdown"))
    def get(self, _request: Request, ref: str) -> HttpResponse:
        return self._file(ref)


class HtmlView(ExportView):
    actions = {"GET": "postmortem.read"}
    kind = "html"

    @operation("Export as one HTML page", answers=Document("text/html"))
    def get(self, _request: Request, ref: str) -> HttpResponse:
        return self._file(ref)


class PdfView(ExportView):
    actions = {"GET": "postmortem.read"}
    kind = "pdf"

    @operation("Export as PDF", answers=Document("application/pdf"))
    def get(self, _request: Request, ref: str) -> HttpResponse:
        """503 where the server lacks what laying out needs; the other formats work then."""
        return self._file(ref)
