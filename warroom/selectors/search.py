"""Finding messages and facts of one incident by their words, the newest first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from incidents.models import Fact, Incident
from warroom.models import Message

MOST_FOUND: Final = 50
MOST_FACTS: Final = 5_000
SNIPPET: Final = 160
_LEAD: Final = 40
_PARTS: Final = re.compile(r'"(?P<phrase>[^"]+)"|(?P<word>\S+)')


@dataclass(frozen=True, slots=True)
class Query:
    """`wanted` are words and phrases, all of which must be there; `by` is a handle, or empty."""

    wanted: tuple[str, ...]
    by: str

    @property
    def is_empty(self) -> bool:
        return not self.wanted and not self.by


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that was found. `parts` is some of its text: what is said, what is marked."""

    seq: int
    icon: str
    name: str
    at: datetime
    parts: list[tuple[str, str]]
    is_reply: bool = False

    @property
    def snippet(self) -> SafeString:
        """The parts with marks."""
        marks = [
            (said, format_html("<mark>{}</mark>", mark) if mark else "")
            for said, mark in self.parts
        ]
        return format_html_join("", "{}{}", marks)

    @property
    def plain(self) -> str:
        return "".join(said + mark for said, mark in self.parts)


@dataclass(frozen=True, slots=True)
class Found:
    hits: list[Hit]
    more: bool = False


def parse(asked: str) -> Query:
    """`"connection refused" pool from:tom` → a phrase, a word, and who said it."""
    wanted: list[str] = []
    by = ""
    for part in _PARTS.finditer(asked):
        word = part["word"] or ""
        if word.lower().startswith("from:") and len(word) > 5:
            by = word[5:].removeprefix("@").lower()
        else:
            wanted.append((part["phrase"] or word).strip().lower())
    return Query(tuple(filter(None, wanted)), by)


def in_room(incident: Incident, asked: str) -> Found:
    """What fits, messages and facts together, the newest first. Two queries, none for nothing."""
    query = parse(asked)
    if query.is_empty:
        return Found([])
    hits = [*_messages(incident, query), *_facts(incident, query)]
    hits.sort(key=lambda hit: -hit.seq)
    return Found(hits[:MOST_FOUND], more=len(hits) > MOST_FOUND)


def _messages(incident: Incident, query: Query) -> Iterable[Hit]:
    rows = Message.objects.filter(incident=incident, deleted_at__isnull=True)
    if query.by:
        rows = rows.filter(author_handle__iexact=query.by)
    if query.wanted:
        rows = rows.annotate(words=SearchVector("body", config="english")).filter(
            _all_in("body", query.wanted) | _stems(query.wanted)
        )
    for row in rows.order_by("-seq")[: MOST_FOUND + 1]:
        parts = marked(row.body, query.wanted)
        is_reply = row.thread_id is not None
        yield Hit(row.seq, "message", row.author_name, row.created_at, parts, is_reply)


def _facts(incident: Incident, query: Query) -> Iterable[Hit]:
    """The text of facts is made when it is read: it is searched there, too."""
    rows = Fact.objects.filter(incident=incident).exclude(kind__startswith="chat.")
    if query.by:
        rows = rows.filter(actor_handle__iexact=query.by)
    for fact in rows.order_by("-seq")[:MOST_FACTS]:
        text = fact.text
        lower = f"{fact.actor_name} {text}".lower()
        if all(word in lower for word in query.wanted):
            parts = marked(text, query.wanted)
            yield Hit(fact.seq, fact.icon, fact.actor_name, fact.occurred_at, parts)


def _all_in(field: str, words: Sequence[str]) -> Q:
    found = Q()
    for word in words:
        found &= Q(**{f"{field}__icontains": word})
    return found


def _stems(wanted: Sequence[str]) -> Q:
    """Words in another form fit, too ("connections" finds "connection"); phrases are literal."""
    words = " ".join(word for word in wanted if " " not in word)
    phrases = [phrase for phrase in wanted if " " in phrase]
    if not words:
        return Q(pk__in=[])
    return Q(words=SearchQuery(words, config="english")) & _all_in("body", phrases)


def marked(text: str, words: Sequence[str]) -> list[tuple[str, str]]:
    """Some of `text` around the first of the words, with the words marked."""
    plain = " ".join(text.split())
    pattern = re.compile("|".join(map(re.escape, words)) or r"(?!)", re.IGNORECASE)
    first = pattern.search(plain)
    start = max(0, first.start() - _LEAD) if first else 0
    cut = plain[start : start + SNIPPET]
    parts = [("…", "")] if start else []
    end = 0
    for match in pattern.finditer(cut):
        parts.append((cut[end : match.start()], match[0]))
        end = match.end()
    parts.append((cut[end:] + ("…" if start + SNIPPET < len(plain) else ""), ""))
    return parts
