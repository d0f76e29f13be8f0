"""Sentences: citing, telling times, quoting what others wrote, and asking."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from incidents.kernel.durations import spoken
from incidents.models import Fact
from postmortems.models import Figure, Record, heading_of

# An underscore inside a word is plain to Markdown; so is everything else that is not here.
_MARKS: Final = re.compile(r"[\\`*\[\]|]|(?<!\w)_|_(?!\w)|^(?:[#>+-]|\d+\.)")
LONGEST_QUOTE: Final = 280


def plain(text: str) -> str:
    """`text` from elsewhere on one line, with nothing in it that Markdown would read as marks."""
    line = " ".join(text.split())
    short = line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE].rstrip()}…"
    escaped = _MARKS.sub(lambda mark: f"\\{mark.group()}", short)
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def quoted(text: str) -> str:
    return f"“{plain(text)}”"


def cited(*sources: Fact | Figure | int | None) -> str:
    """The numbers of the facts that a sentence rests on, to follow it: " [#1] [#12]"."""
    seqs = dict.fromkeys(
        source if isinstance(source, int) else source.seq
        for source in sources
        if source is not None
    )
    return "".join(f" [#{seq}]" for seq in seqs if seq is not None)


def said(text: str, *sources: Fact | Figure | int | None) -> str:
    """One sentence with its full stop and its sources."""
    words = text.strip()
    return f"{words}{'' if words.endswith(('.', '!', '?', '…', '”')) else '.'}{cited(*sources)}"


def clock_time(when: datetime, record: Record) -> str:
    """`13:54:07`, with the day where the incident went on past its first one. UTC."""
    moment = when.astimezone(UTC)
    if moment.date() == record.incident.began_at.astimezone(UTC).date():
        return moment.strftime("%H:%M:%S")
    return f"{moment.day} {moment:%b %H:%M}"


def day(when: datetime) -> str:
    moment = when.astimezone(UTC)
    return f"{moment:%A} {moment.day} {moment:%B %Y}"


def after(seconds: float) -> str:
    """How much later: "1 min 50 s later", "at once"."""
    return "at once" if seconds < 1 else f"{spoken(seconds)} later"


def often(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def span(start: datetime, end: datetime) -> str:
    return spoken(max(0.0, (end - start) / timedelta(seconds=1)))


def asking(slug: str) -> str:
    """What a section holds where the record is silent: a question that people must answer."""
    heading = heading_of(slug)
    return f"*Not yet recorded: {heading.asks}*" if heading and heading.asks else ""


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def paragraphs(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())
