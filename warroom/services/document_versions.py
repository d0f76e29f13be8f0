"""Versions of the shared document: kept at quiet moments, while people write for long, and when the
incident moves on. A version is a fact; keystrokes are not."""

import logging

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import Document, DocumentVersion, SaveReason
from warroom.models.diffs import counted
from warroom.selectors import document as reading
from warroom.services.document_log import LONG, Opened, locked

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 500


@transaction.atomic
def keep(*, incident_id: int, reason: SaveReason, cause: Fact | None = None) -> bool:
    """Keep a version and say so, if the text has changed since the last one."""
    document = reading.of_incident(incident_id)
    if document is None or document.unsaved_since is None:
        return False
    incident = lifecycle.locked(incident_id)
    document = locked(incident_id) or document
    page = Opened(document, reading.sheet_of(document.pk))
    return keep_opened(incident, page, reason, cause)


def keep_due() -> int:
    """Keep a version of each document that rests, or that was written in for long."""
    now = clock.now()
    due = Document.objects.filter(save_due_at__lte=now).order_by("save_due_at")
    kept = 0
    for incident_id, since in due.values_list("incident_id", "unsaved_since")[:MOST_AT_ONCE]:
        reason = SaveReason.LONG if since and now - since >= LONG else SaveReason.QUIET
        try:
            kept += keep(incident_id=incident_id, reason=reason)
        except Exception:  # one that cannot be read must not keep the others from being kept
            logger.exception("Cannot keep a version of the document of INC-%s", incident_id)
    return kept


def keep_opened(
    incident: Incident, page: Opened, reason: SaveReason, cause: Fact | None = None
) -> bool:
    """As `keep`, inside the transaction of a verb that holds both locks."""
    editors = page.document.editors
    made = version_of(page, reason) if page.document.unsaved_since else None
    if made is None:
        return False
    told = events.DocumentSaved(
        version=made.number,
        version_id=str(made.pk),
        reason=reason.value,
        url=url_of(incident, made),
        editors=[editor["name"] for editor in editors],
        lines_added=made.lines_added,
        lines_removed=made.lines_removed,
    )
    bus.emit(incident, told, actor=Actor(**editors[-1]), cause=cause)
    return True


def version_of(page: Opened, reason: SaveReason) -> DocumentVersion | None:
    """Write the row of a version; None when the text reads as in the last one."""
    document, text = page.document, page.text
    last = document.versions.first()
    made = None
    if text != (last.text if last else ""):
        added, removed = counted(last.text if last else "", text)
        document.versions_kept += 1
        made = document.versions.create(
            number=document.versions_kept,
            n=document.n,
            text=text,
            reason=reason,
            editors=document.editors,
            lines_added=added,
            lines_removed=removed,
            kept_at=clock.now(),
        )
    document.editors, document.unsaved_since, document.save_due_at = [], None, None
    document.save(update_fields=["versions_kept", "editors", "unsaved_since", "save_due_at"])
    return made


def url_of(incident: Incident, version: DocumentVersion) -> str:
    return f"{incident.get_absolute_url()}/document/versions/{version.number}"
