"""From what arrives to a content in its place: checked, named, and gone if nobody wants it."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError

from incidents.kernel.errors import Conflict, Invalid
from warroom.models import Attachment
from warroom.services.files import contents, names, pictures, shelf

MOST_AT_ONCE: Final = 5


@dataclass(frozen=True, slots=True)
class Upload:
    """What somebody sends: a name that nobody trusts, and the content in pieces."""

    name: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Limits:
    """What people are told before they choose files."""

    most_bytes: int
    most_in_incident: int
    most_at_once: int = MOST_AT_ONCE

    @property
    def most_mb(self) -> str:
        return f"{self.most_bytes / 2**20:g}"


def limits() -> Limits:
    return Limits(settings.UPLOAD_MAX_BYTES, settings.UPLOADS_PER_INCIDENT)


def check_number(uploads: list[Upload]) -> None:
    if not uploads:
        raise Invalid("There is no file.", "Choose at least one.", field="file")
    if len(uploads) > MOST_AT_ONCE:
        raise Invalid(
            f"These are {len(uploads)} files; {MOST_AT_ONCE} at once are the most.",
            "Send the others after these.",
            field="file",
        )


def check_place(incident_id: int, more: int) -> None:
    """Raise Conflict unless `more` files fit into the incident."""
    most = settings.UPLOADS_PER_INCIDENT
    there = Attachment.objects.filter(incident_id=incident_id, removed_at__isnull=True).count()
    if there + more > most:
        raise Conflict(
            f"The incident has {there} files; {most} are the most.",
            "Remove some that nobody needs, or pack several into one ZIP.",
        )


@contextlib.contextmanager
def keeping(uploads: list[Upload]) -> Iterator[list[Attachment]]:
    """The files with their contents in place, as rows that are not saved.

    What is not saved when the block ends has its content dropped; but if the database failed, only
    the sweep can tell later whether a row came of it.
    """
    kept: list[Attachment] = []
    try:
        for upload in uploads:
            kept.append(_keep(upload))  # noqa: PERF401  what is kept so far counts when one fails
        yield kept
    except DatabaseError:
        raise
    except BaseException:
        _drop(kept)
        raise
    _drop([row for row in kept if row._state.adding])  # noqa: SLF001  Django's own word for it


def _keep(upload: Upload) -> Attachment:
    row = Attachment(id=uuid4())
    arrived = shelf.receive(row.pk, upload.name, upload.chunks)
    try:
        row.media_type = contents.media_type_of(arrived.path, upload.name)
        row.name = names.safe(upload.name, row.media_type)
        row.size, row.sha256 = arrived.size, arrived.sha256
        preview = b""
        if row.media_type in contents.PICTURES:
            picture = pictures.look_at(arrived.path, row.media_type, row.name)
            row.width, row.height, preview = picture.width, picture.height, picture.preview
        shelf.put(row.pk, arrived, preview)
    except BaseException:
        shelf.drop(row.pk)
        raise
    return row


def _drop(rows: Iterable[Attachment]) -> None:
    for row in rows:
        shelf.drop(row.pk)
