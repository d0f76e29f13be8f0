"""Reading the shared document: its text from snapshot and log, and its versions."""

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from incidents.kernel.errors import NotFound, Unavailable
from incidents.models import Incident
from warroom.models import Document, DocumentUpdate, DocumentVersion
from warroom.models.paper import Paper

KEPT_SHEETS: Final = 32
# A snapshot may replace the log while it is being read.
TRIES: Final = 5


@dataclass(slots=True)
class Sheet:
    """The paper of a document as it is after update `n`."""

    paper: Paper
    n: int


class Sheets:
    """Sheets at rest, the last used of this process. One that is taken is somebody's alone."""

    def __init__(self, most: int = KEPT_SHEETS) -> None:
        self._most = most
        self._sheets: OrderedDict[uuid.UUID, Sheet] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, document_id: uuid.UUID) -> Sheet | None:
        with self._lock:
            return self._sheets.pop(document_id, None)

    def give(self, document_id: uuid.UUID, sheet: Sheet) -> None:
        """Put back a sheet that holds committed updates only."""
        with self._lock:
            known = self._sheets.get(document_id)
            if known is None or known.n < sheet.n:
                self._sheets[document_id] = sheet
            while len(self._sheets) > self._most:
                self._sheets.popitem(last=False)


sheets: Final = Sheets()


def of_incident(incident_id: int) -> Document | None:
    """The document without its snapshot, if anybody has begun one. One query."""
    return Document.objects.defer("snapshot").filter(incident_id=incident_id).first()


def sheet_of(document_id: uuid.UUID) -> Sheet:
    """The document as it is now, for the caller alone. One query when nothing is new, else two or
    three; give it back to `sheets` if nothing was written on it that may yet be undone."""
    sheet = sheets.take(document_id)
    for _ in range(TRIES):
        n, snapshot_n = Document.objects.values_list("n", "snapshot_n").get(pk=document_id)
        if sheet is None or sheet.n < snapshot_n:
            sheet = _snapshot_of(document_id)
        if _catch_up(document_id, sheet, n):
            return sheet
        sheet = None
    raise Unavailable("The document changes too fast to be read.", "Try again in a moment.")


def _snapshot_of(document_id: uuid.UUID) -> Sheet:
    data, n = Document.objects.values_list("snapshot", "snapshot_n").get(pk=document_id)
    return Sheet(Paper([bytes(data)] if n else []), n)


def _catch_up(document_id: uuid.UUID, sheet: Sheet, n: int) -> bool:
    """Bring the sheet to update `n` at least; False when the log no longer holds what it lacks."""
    if sheet.n >= n:
        return True
    for number, data in updates_after(document_id, sheet.n):
        if number != sheet.n + 1:
            return False
        sheet.paper.merge(bytes(data))
        sheet.n = number
    return sheet.n >= n


def updates_after(document_id: uuid.UUID, n: int) -> list[tuple[int, bytes]]:
    """The updates of the log after `n`, in order. One query."""
    rows = DocumentUpdate.objects.filter(document_id=document_id, n__gt=n).order_by("n")
    return [(number, bytes(data)) for number, data in rows.values_list("n", "data")]


def changes_after(incident_id: int, n: int) -> list[tuple[int, bytes]]:
    """What somebody at update `n` lacks: (number reached by it, update), in order."""
    document = of_incident(incident_id)
    if document is None:
        return []
    found = updates_after(document.pk, n) if n >= document.snapshot_n else []
    if found and found[0][0] == n + 1:
        return found
    sheet = sheet_of(document.pk)
    whole = [(sheet.n, sheet.paper.whole())] if sheet.n > n else []
    sheets.give(document.pk, sheet)
    return whole


def reached(incident_ids: list[int]) -> dict[int, int]:
    """The last update of the documents of these incidents. One query."""
    rows = Document.objects.filter(incident_id__in=incident_ids)
    return dict(rows.values_list("incident_id", "n"))


def text_of(document: Document | None) -> str:
    """How the document reads now."""
    if document is None:
        return ""
    sheet = sheet_of(document.pk)
    text = sheet.paper.text
    sheets.give(document.pk, sheet)
    return text


def versions(incident: Incident) -> QuerySet[DocumentVersion]:
    """The versions without their texts, the newest first."""
    return DocumentVersion.objects.filter(document__incident=incident).defer("text")


def version(incident: Incident, number: int) -> DocumentVersion:
    found = DocumentVersion.objects.filter(document__incident=incident, number=number).first()
    if found is None:
        raise NotFound(f"There is no version {number} of the document.", "Look at its history.")
    return found
