"""How the rows of a recording look: with every version of a message, of which one counts at a time.

Times are milliseconds; `None` as the end is for good, and as the time of looking it is none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from incidents.kernel import markdown
from incidents.models import Fact, Incident
from incidents.templatetags.console import stopwatch
from warroom.selectors.recording.course import milliseconds
from warroom.selectors.recording.moments import group_of
from warroom.selectors.recording.rows import Entry


@dataclass(frozen=True, slots=True)
class Lasting:
    """Something that is seen from `since` until `until`."""

    html: SafeString | str
    since: int
    until: int | None
    hidden: bool
    n: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    fact: Fact
    entry: Entry
    at: int
    hidden: bool
    group: str
    versions: Sequence[Lasting] = ()
    reactions: Sequence[Lasting] = ()
    file_url: str = ""
    output: str = ""

    @property
    def kind(self) -> str:
        return self.fact.kind

    @property
    def data(self) -> Any:
        return self.fact.data


def row_of(entry: Entry, incident: Incident, at: int | None) -> Row:
    fact = entry.fact
    output = fact.data.get("output")
    return Row(
        fact=fact,
        entry=entry,
        at=milliseconds(fact.occurred_at),
        hidden=at is None or milliseconds(fact.occurred_at) > at,
        group=group_of(fact.kind),
        versions=list(_versions(entry, at)),
        reactions=list(_reactions(entry, at)),
        file_url=_file(fact, incident),
        output=output if isinstance(output, str) else "",
    )


def elapsed(span: timedelta) -> str:
    """Since the incident was opened: "0:12:40", and "−2:00" for what came before."""
    if span < timedelta(0):
        return f"−{stopwatch(-span)}"
    return stopwatch(span)


def _versions(entry: Entry, at: int | None) -> Iterable[Lasting]:
    for n, version in enumerate(entry.versions):
        since = milliseconds(version.since)
        until = milliseconds(version.until) if version.until else None
        html = markdown.render(version.body)
        yield Lasting(html, since, until, _is_hidden(since, until, at), n, version.by)


def _reactions(entry: Entry, at: int | None) -> Iterable[Lasting]:
    for reaction in entry.reactions:
        since = milliseconds(reaction.since)
        until = milliseconds(reaction.until) if reaction.until else None
        hidden = _is_hidden(since, until, at)
        yield Lasting(reaction.emoji, since, until, hidden, by=reaction.by)


def _is_hidden(since: int, until: int | None, at: int | None) -> bool:
    return at is None or since > at or (until is not None and until <= at)


def _file(fact: Fact, incident: Incident) -> str:
    if fact.kind != "file.added":
        return ""
    return reverse("warroom:file", kwargs={"ref": incident.reference, "file": fact.data["id"]})
