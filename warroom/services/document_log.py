"""The log of a document: every edit is a row before anybody hears of it, and a long log becomes a
snapshot. Whoever emits a fact locks the incident first and the document second."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from incidents.models import Incident
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import Document, DocumentUpdate
from warroom.models.paper import Paper
from warroom.realtime.hints import documents
from warroom.selectors import document as reading
from warroom.selectors.document import Sheet, sheets

COMPACT_AFTER_UPDATES: Final = 200
COMPACT_AFTER_BYTES: Final = 256 * 1024
# A version is kept when nobody has written for so long, and while they write as often as that.
QUIET: Final = timedelta(seconds=90)
LONG: Final = timedelta(minutes=10)
_KB: Final = 1024


class TooLarge(Invalid):
    """The document would grow over its limit; nothing of the change was taken."""


@dataclass(slots=True)
class Opened:
    """A document whose row is locked, and its text for writing on."""

    document: Document
    sheet: Sheet

    @property
    def text(self) -> str:
        return self.sheet.paper.text


def locked(incident_id: int) -> Document | None:
    rows = Document.objects.select_for_update().defer("snapshot")
    return rows.filter(incident_id=incident_id).first()


def opened(incident_id: int, actor: Actor) -> Opened:
    """The document, locked; begun if there is none yet."""
    document = locked(incident_id)
    if document is None:
        incident = lifecycle.locked(incident_id)
        document = locked(incident_id) or _begin(incident, actor)
    return Opened(document, reading.sheet_of(document.pk))


def _begin(incident: Incident, actor: Actor) -> Document:
    now = clock.now()
    document = Document.objects.create(incident=incident, opened_at=now, edited_at=now)
    url = f"{incident.get_absolute_url()}?tab=document"
    told = events.DocumentOpened(document_id=str(document.pk), url=url)
    bus.emit(incident, told, actor=actor)
    return document


def edit(page: Opened, actor: Actor, act: Callable[[Paper], bytes]) -> bool:
    """Let `act` write on the paper, and log what that changed; False if it changed nothing."""
    paper = page.sheet.paper
    before = paper.text_bytes
    change = act(paper)
    if change:
        _check_size(paper, before)
        _log(page, actor, change)
        transaction.on_commit(partial(_tell, page))
    return bool(change)


def _log(page: Opened, actor: Actor, change: bytes) -> None:
    document, now = page.document, clock.now()
    document.n = page.sheet.n = document.n + 1
    DocumentUpdate.objects.create(
        document=document,
        n=document.n,
        data=change,
        author_kind=actor.kind,
        author_handle=actor.handle,
        author_name=actor.name,
        at=now,
    )
    writer = asdict(actor)
    document.log_bytes += len(change)
    document.edited_at = now
    document.editors = [*(other for other in document.editors if other != writer), writer]
    document.unsaved_since = document.unsaved_since or now
    document.save_due_at = min(now + QUIET, document.unsaved_since + LONG)
    _save(page)


def _save(page: Opened) -> None:
    """Write the row, with a snapshot in place of the log where that has grown long."""
    document = page.document
    fields = ["n", "log_bytes", "edited_at", "editors", "unsaved_since", "save_due_at"]
    is_long = document.n - document.snapshot_n > COMPACT_AFTER_UPDATES
    if is_long or document.log_bytes > COMPACT_AFTER_BYTES:
        _compact(page)
        fields += ["snapshot", "snapshot_n", "snapshot_bytes"]
    document.save(update_fields=fields)


def _compact(page: Opened) -> None:
    document, whole = page.document, page.sheet.paper.whole()
    if len(whole) > settings.DOCUMENT_MAX_LOG_BYTES:
        raise TooLarge(
            "The document was edited so often that its memory of"
            f" {settings.DOCUMENT_MAX_LOG_BYTES // _KB:,} KB is full.",
            "Copy what you wrote. An admin can raise DOCUMENT_MAX_LOG_BYTES.",
            field="text",
        )
    document.snapshot, document.snapshot_n = whole, document.n
    document.snapshot_bytes, document.log_bytes = len(whole), 0
    document.updates.all().delete()


def _check_size(paper: Paper, before: int) -> None:
    most = settings.DOCUMENT_MAX_TEXT_BYTES
    if paper.text_bytes > max(most, before):
        raise TooLarge(
            f"The document would have {paper.text_bytes // _KB:,} KB of text;"
            f" {most // _KB:,} KB are the most.",
            "Put long logs into a file and link to it here.",
            field="text",
        )


def _tell(page: Opened) -> None:
    sheets.give(page.document.pk, page.sheet)
    documents(page.document.incident_id, page.document.n)
