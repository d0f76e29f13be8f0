"""The verbs of the shared document. Each edit joins those of others; none replaces them unseen."""

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import Document, DocumentVersion, SaveReason
from warroom.models.paper import Paper
from warroom.selectors import document as reading
from warroom.services import outlines
from warroom.services.document_log import edit, opened
from warroom.services.document_versions import keep_opened, url_of, version_of


@transaction.atomic
def append(*, incident_id: int, update: bytes, actor: Actor) -> int:
    """Take in what somebody's editor did; returns the number of the update, 0 if nothing was new.

    Raises paper.Malformed for what is no update of a text, document_log.TooLarge.
    """
    if reading.of_incident(incident_id) is None and not Paper().merge(update):
        return 0  # an empty page is no reason to begin a document
    page = opened(incident_id, actor)
    changed = edit(page, actor, lambda paper: paper.merge(update))
    return page.document.n if changed else 0


@transaction.atomic
def replace(*, incident_id: int, text: str, actor: Actor, based_on: int | None = None) -> Document:
    """Make the document read `text`, by edits: who writes at the same time keeps their place.

    `based_on` is the number of the update that the writer had seen; Conflict if there are others
    since. How the text read before becomes a version, and so does what it reads now.
    """
    wanted = _checked(text)
    incident = lifecycle.locked(incident_id)
    known = reading.of_incident(incident_id)
    if based_on is not None and based_on != (known.n if known else 0):
        raise Conflict(
            "Somebody has changed the document since you read it.",
            "Read it again and put your changes in there.",
        )
    if known is None and not wanted.strip():
        raise Invalid("The text is empty.", "Write something first.", field="text")
    page = opened(incident_id, actor)
    keep_opened(incident, page, SaveReason.BEFORE)
    edit(page, actor, lambda paper: paper.write(wanted))
    keep_opened(incident, page, SaveReason.REPLACED)
    return page.document


@transaction.atomic
def restore(*, incident_id: int, number: int, actor: Actor) -> DocumentVersion:
    """Bring back the text of a version, as a new edit. What stood there becomes a version."""
    incident = lifecycle.locked(incident_id)
    found = reading.version(incident, number)
    page = opened(incident_id, actor)
    keep_opened(incident, page, SaveReason.BEFORE)
    edit(page, actor, lambda paper: paper.write(found.text))
    made = version_of(page, SaveReason.RESTORED)
    if made is None:
        raise Conflict(f"The document reads like version {number} already.", "Nothing was changed.")
    told = events.DocumentRestored(
        version=made.number,
        version_id=str(made.pk),
        from_version=number,
        url=url_of(incident, made),
    )
    bus.emit(incident, told, actor=actor)
    return made


@transaction.atomic
def add(*, incident_id: int, text: str, actor: Actor) -> str:
    """Put a line under a heading: "Tried: restart" under "What we tried", if there is such a one.

    Returns the heading. The line is part of a version at once.
    """
    wanted = " ".join(_checked(text).split())
    if not wanted:
        raise Invalid("There is nothing to add.", "For instance: /doc Tried: restarted the pool")
    incident = lifecycle.locked(incident_id)
    page = opened(incident_id, actor)
    line = outlines.place(page.text, wanted, by=f"{actor.name}, {clock.now():%H:%M} UTC")
    edit(page, actor, lambda paper: paper.write(line.text))
    keep_opened(incident, page, SaveReason.COMMAND)
    return line.heading


@transaction.atomic
def insert_outline(*, incident_id: int, name: str, actor: Actor) -> None:
    """Put a template at the end of the text. Raises NotFound for one that does not exist."""
    outline = outlines.named(name)
    page = opened(incident_id, actor)
    before = page.text.rstrip()
    text = f"{before}\n\n{outline.text}" if before else outline.text
    edit(page, actor, lambda paper: paper.write(text))


def _checked(text: str) -> str:
    if "\0" in text:
        raise Invalid("The text holds a NUL character.", "Remove it.", field="text")
    return text.replace("\r\n", "\n").replace("\r", "\n")
