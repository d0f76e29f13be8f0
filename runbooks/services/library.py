"""The runbooks that come with the product: Markdown files with a head of `name: value` lines.

    ---
    title: Disk is filling up
    minutes: 20
    match title: disk full | no space left
    match label alertname: *Disk*
    ---
    Introduction, then the steps.

The file's name is the slug.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from incidents.kernel.actor import Actor
from runbooks.models import Runbook
from runbooks.services.writing import PatternText, new, set_patterns, write

FOLDER: Final = Path(__file__).resolve().parent.parent / "library"
LIBRARY: Final = Actor.system("library")


class LibraryError(ValueError):
    """A file of the library cannot be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: the fields of its runbook, and when to suggest it."""

    slug: str
    fields: dict[str, Any]
    patterns: list[PatternText]


@transaction.atomic
def load_library(folder: Path = FOLDER) -> list[Runbook]:
    """Bring the shipped runbooks in, or up to date; returns those that were written.

    What people have edited, or deleted, stays as they left it. Running it again changes nothing.
    """
    entries = [read(path) for path in sorted(folder.glob("*.md"))]
    present = {row.slug: row for row in Runbook.objects.filter(slug__in=[e.slug for e in entries])}
    deleted = set(Runbook.history.filter(history_type="-").values_list("slug", flat=True))
    written = [
        _bring_in(entry, present.get(entry.slug))
        for entry in entries
        if entry.slug in present or entry.slug not in deleted
    ]
    return [runbook for runbook in written if runbook]


def _bring_in(entry: Entry, present: Runbook | None) -> Runbook | None:
    if present is None:
        runbook = write(
            new(slug=entry.slug, **entry.fields), actor=LIBRARY, reason="Came with the product"
        )
        set_patterns(runbook, entry.patterns)
        return runbook
    if present.edited_by != LIBRARY.name:
        return None
    before = present.version
    for name, value in entry.fields.items():
        setattr(present, name, value)
    after = write(present, actor=LIBRARY, reason="Updated with the product")
    return after if after.version != before else None


def read(path: Path) -> Entry:
    """Raises LibraryError, naming the file, for a head that is missing or has unknown names."""
    text = path.read_text(encoding="utf-8")
    opening, head, body = [*text.split("---\n", 2), "", ""][:3]
    if opening.strip() or not body.strip():
        raise LibraryError(f"{path.name}: begin with a head between two lines of ---.")
    lines = [line.partition(":") for line in head.splitlines() if line.strip()]
    values = {name.strip(): value.strip() for name, _, value in lines}
    try:
        patterns = list(_patterns(values))
        fields = {name: _READ[name](value) for name, value in values.items() if "match" not in name}
    except KeyError as error:
        raise LibraryError(f"{path.name}: the head has no place for {error}.") from error
    fields["estimated_minutes"] = fields.pop("minutes", None)
    return Entry(path.stem, {**fields, "body": body.strip()}, patterns)


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


_READ: Final[dict[str, Any]] = {
    "title": str,
    "summary": str,
    "category": str,
    "tags": _listed,
    "severities": _listed,
    "minutes": int,
}


def _patterns(values: dict[str, str]) -> Iterator[PatternText]:
    """`match title`, `match service`, `match label <name>`."""
    for name, value in values.items():
        verb, *what = name.split()
        if verb == "match" and what:
            yield PatternText(field=what[0], label=" ".join(what[1:]), pattern=value)
