"""Subscribers as a file: out for whoever keeps them, in from whichever system was there before.

Spreadsheets run what begins with one of = + - @; such cells go out with an apostrophe before them,
and come in without it.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from incidents.kernel import clock
from incidents.kernel.errors import Invalid, TooLarge
from statuspage.models import (
    Errand,
    Pace,
    StatusPage,
    Subscriber,
    SubscriberState,
    Telling,
    Way,
)
from statuspage.services import addresses, subscribing
from statuspage.services.subscribing import Wishes

MOST_BYTES: Final = 10 * 2**20
MOST_ROWS: Final = 100_000
MOST_FAULTS: Final = 20
_BATCH: Final = 1000
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = (
    *("address", "way", "state", "components", "incidents", "maintenance", "pace", "language"),
    *("subscribed", "confirmed", "last_told", "bounces", "last_error"),
)
# What other systems call the same column.
_ALIASES: Final = {
    "email": "address",
    "e-mail": "address",
    "mail": "address",
    "endpoint": "address",
}


@dataclass(slots=True)
class Imported:
    """`known` were there already and stay as they are; `faults` are (line, what is wrong)."""

    added: int = 0
    known: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    refused: int = 0

    def refuse(self, line: int, why: str) -> None:
        self.refused += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append((line, why))


def export(rows: QuerySet[Subscriber]) -> Iterator[str]:
    """CSV line by line, the names of the columns first."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    yield _taken(sheet)
    for subscriber in rows.prefetch_related("components").iterator(chunk_size=_BATCH):
        writer.writerow([safe(cell) for cell in _cells(subscriber)])
        yield _taken(sheet)


def _taken(sheet: io.StringIO) -> str:
    text = sheet.getvalue()
    sheet.seek(0)
    sheet.truncate()
    return text


def safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def _cells(subscriber: Subscriber) -> list[str]:
    slugs = sorted(component.slug for component in subscriber.components.all())
    times = (subscriber.created_at, subscriber.confirmed_at, subscriber.last_told_at)
    return [
        subscriber.address,
        subscriber.way,
        subscriber.state,
        " ".join(slugs),
        "yes" if subscriber.wants_incidents else "no",
        "yes" if subscriber.wants_maintenance else "no",
        subscriber.pace,
        subscriber.language,
        *(at.isoformat(timespec="seconds") if at else "" for at in times),
        str(subscriber.bounces),
        subscriber.last_error,
    ]


@transaction.atomic
def take_in(*, page: StatusPage, raw: bytes, agreed: bool) -> Imported:
    """Add the rows of a CSV file. They are told from now on where they `agreed` elsewhere, else
    asked first. A line that cannot be read is left out and named; the others are added.

    Raises Invalid for a file that is no CSV with a column `address`.
    """
    found, batch = Imported(), list[tuple[Subscriber, Sequence[int]]]()
    for line, row in _rows(raw):
        try:
            batch.append(_read(page, row, agreed=agreed))
        except Invalid as error:
            found.refuse(line, str(error))
        if len(batch) >= _BATCH:
            _add(batch, found)
            batch = []
    _add(batch, found)
    return found


def _rows(raw: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    if len(raw) > MOST_BYTES:
        raise TooLarge("The file is larger than 10 MB.", "Split it.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is not text in UTF-8.", "Save it as CSV in UTF-8.") from error
    if "\x00" in text:
        raise Invalid("The file is not text in UTF-8.", "Save it as CSV in UTF-8.")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        names = [_name(cell) for cell in next(reader, [])]
        if "address" not in names:
            hint = f"The first line names the columns: {', '.join(COLUMNS[:8])}."
            raise Invalid("The file has no column “address”.", hint)
        for number, cells in enumerate(reader, 1):
            if number > MOST_ROWS:
                raise TooLarge(f"The file has more than {MOST_ROWS:,} lines.", "Split it.")
            if any(cells):
                yield reader.line_num, dict(zip(names, map(_bare, cells), strict=False))
    except csv.Error as error:
        raise Invalid(f"The file is no CSV: {error}.") from error


def _name(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    return _ALIASES.get(name, name)


def _bare(cell: str) -> str:
    """Without the apostrophe that makes a cell harmless."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_DANGEROUS) else text


def _read(
    page: StatusPage, row: Mapping[str, str], *, agreed: bool
) -> tuple[Subscriber, Sequence[int]]:
    way = row.get("way", "").lower() or Way.EMAIL
    address = addresses.checked(way, row.get("address", ""))
    wishes = Wishes(
        components=subscribing.components_of(page, row.get("components", "").split()),
        incidents=_yes(row, "incidents"),
        maintenance=_yes(row, "maintenance"),
        pace=row.get("pace", "").lower() or Pace.AT_ONCE,
        language=row.get("language", "").lower() or page.language,
    )
    subscriber = subscribing.draft(page, way, address, wishes, source="import")
    # Whoever left before says so in the file, and is left in peace.
    gone = row.get("state", "").lower() in {SubscriberState.LEFT, SubscriberState.BOUNCED}
    if gone:
        raise Invalid(f"{address} had unsubscribed, or could not be reached.")
    if agreed:
        subscriber.state, subscriber.confirmed_at = SubscriberState.ACTIVE, clock.now()
    return subscriber, tuple(wishes.components)


def _yes(row: Mapping[str, str], name: str) -> bool:
    return row.get(name, "").lower() not in {"no", "false", "0"}


def _add(batch: Sequence[tuple[Subscriber, Sequence[int]]], found: Imported) -> None:
    # Of lines that mean one address the first counts.
    once = {(s.way, s.address_key): (s, chosen) for s, chosen in reversed(batch)}
    if not once:
        return
    page = batch[0][0].page
    keys = {key for _, key in once}
    rows = Subscriber.objects.filter(page=page, address_key__in=keys)
    known = set(rows.values_list("way", "address_key"))
    fresh = [pair for key, pair in once.items() if key not in known]
    made = Subscriber.objects.bulk_create([subscriber for subscriber, _ in fresh])
    through = Subscriber.components.through
    through.objects.bulk_create(
        [
            through(subscriber_id=subscriber.pk, component_id=component)
            for subscriber, (_, chosen) in zip(made, fresh, strict=True)
            for component in chosen
        ]
    )
    _ask(subscriber for subscriber in made if subscriber.state == SubscriberState.PENDING)
    found.added += len(made)
    found.known += len(batch) - len(made)


def _ask(unconfirmed: Iterator[Subscriber]) -> None:
    now = clock.now()
    Telling.objects.bulk_create(
        [
            Telling(
                subscriber=subscriber,
                errand=Errand.CONFIRM,
                way=subscriber.way,
                made_at=now,
                next_due_at=now,
            )
            for subscriber in unconfirmed
        ]
    )
