"""Full-text search over incidents and all that was written in their course.

Words are stemmed as English ones. "quoted words" stand together, a minus leaves a word out, `or`
takes either; the last word may be the beginning of one, since people are still typing it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import F, Q, QuerySet

from incidents.kernel import clock
from incidents.models import Incident, SearchText

LONGEST: Final = 200
# Texts are ranked among so many of the newest incidents that have one.
_RANKED: Final = 2_000
# What is this new may not be indexed yet; it is found by its title.
_NEW: Final = timedelta(hours=2)
_PREFIX: Final = re.compile(r"(?P<rest>.*?)(?P<minus>-?)(?P<last>\w{3,40})", re.DOTALL)
_REFERENCE: Final = re.compile(r"(?:inc-)?(\d{1,18})", re.IGNORECASE)
_BEGIN, _END = "\x02", "\x03"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; `hit` where it is what was searched for."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Found:
    """An incident and the best text in it. `seq` is that of the fact, 0 for the incident's own."""

    incident: Incident
    seq: int
    kind: str
    author: str
    said_at: datetime
    parts: list[Part]

    @property
    def url(self) -> str:
        """Where the text is read: the message, the line of the timeline, or the room."""
        room = self.incident.get_absolute_url()
        if not self.seq:
            return room
        if self.kind.startswith("chat."):
            return f"{room}?message={self.seq}#m-{self.seq}"
        return f"{room}?tab=timeline#t-{self.seq}"

    @property
    def snippet(self) -> str:
        return "".join(part.text for part in self.parts)


def query_of(text: str) -> Any:
    """What `text` asks of the index; None where it holds no word."""
    words = text.replace("\0", "").strip()[:LONGEST]
    if not any(letter.isalnum() for letter in words):
        return None
    asked: Any = SearchQuery(words, config="english", search_type="websearch")
    typing = _PREFIX.fullmatch(words)
    if typing is None or typing["minus"] or typing["last"].lower() == "or" or '"' in words:
        return asked
    begun: Any = SearchQuery(f"{typing['last']}:*", config="english", search_type="raw")
    if any(letter.isalnum() for letter in typing["rest"]):
        rest = SearchQuery(typing["rest"], config="english", search_type="websearch")
        begun = rest & begun
    return asked | begun


def matching(rows: QuerySet[Incident], text: str) -> QuerySet[Incident]:
    """Those of the incidents that `text` finds: by number, by any of their texts, and the newest
    by their title."""
    found = Incident.objects.filter(_by_number(text)).values("pk")
    found = found.union(Incident.objects.filter(_new_ones(text)).values("pk"))
    query = query_of(text)
    if query is not None:
        found = found.union(SearchText.objects.filter(words=query).values("incident_id"))
    return rows.filter(pk__in=found)


def _by_number(text: str) -> Q:
    number = _REFERENCE.fullmatch(text.strip())
    return Q(pk=int(number[1])) if number else Q(pk__in=[])


def _new_ones(text: str) -> Q:
    words = [Q(title__icontains=word) for word in text.replace("\0", " ").split()[:8]]
    begin = Q(opened_at__gte=clock.now() - _NEW)
    for word in words:
        begin &= word
    return begin if words else Q(pk__in=[])


def search(visible: QuerySet[Incident], text: str, *, limit: int) -> list[Found]:
    """The visible incidents that `text` finds, the best first. At most four queries."""
    rows = visible.select_related("severity", "service")
    named = list(rows.filter(_by_number(text))[:1])
    best = [pk for pk in _best(visible, text, limit) if pk not in {row.pk for row in named}]
    known = rows.in_bulk(best)
    found = [*named, *(known[pk] for pk in best if pk in known)][:limit]
    if len(found) < limit:
        new = rows.filter(_new_ones(text)).exclude(pk__in=[row.pk for row in found])
        found += new.order_by("-opened_at", "-pk")[: limit - len(found)]
    told = snippets(text, [row.pk for row in found])
    return [_found(row, told.get(row.pk)) for row in found]


def _best(visible: QuerySet[Incident], text: str, limit: int) -> list[int]:
    """Incidents by their best text. One query."""
    query = query_of(text)
    if query is None:
        return []
    texts = SearchText.objects.filter(words=query, incident__in=visible)
    newest = texts.order_by("-incident_id", "seq")[:_RANKED].values("pk")
    ranked = (
        SearchText.objects.filter(pk__in=newest)
        .annotate(rank=SearchRank(F("words"), query, normalization=1))
        .order_by("-rank", "-incident_id")
        .values_list("incident_id", flat=True)
    )
    return list(dict.fromkeys(ranked))[:limit]


def _found(incident: Incident, text: SearchText | None) -> Found:
    if text is None:
        return Found(incident, 0, "incident", "", incident.opened_at, [])
    parts = _parts(getattr(text, "headline", ""))
    if text.seq == 0 and "".join(part.text for part in parts).strip() == incident.title.strip():
        parts = []
    return Found(incident, text.seq, text.kind, text.author, text.said_at, parts)


def snippets(text: str, incident_ids: Iterable[int]) -> Mapping[int, SearchText]:
    """The best text of each of these incidents, with the words around the hit. One query."""
    query, ids = query_of(text), list(incident_ids)
    if query is None or not ids:
        return {}
    rank = SearchRank(F("words"), query, normalization=1)
    best = (
        SearchText.objects.filter(words=query, incident_id__in=ids)
        .order_by("incident_id", rank.desc(), "seq")
        .distinct("incident_id")
    )
    headline = SearchHeadline(
        "body",
        query,
        config="english",
        start_sel=_BEGIN,
        stop_sel=_END,
        max_words=22,
        min_words=10,
    )
    rows = SearchText.objects.filter(pk__in=best.values("pk")).annotate(headline=headline)
    return {row.incident_id: row for row in rows.defer("words")}


def parts_of(text: SearchText | None) -> list[Part]:
    return _parts(getattr(text, "headline", "")) if text is not None else []


def _parts(headline: str) -> list[Part]:
    found = []
    for piece in re.split(f"({_BEGIN}[^{_END}]*{_END})", " ".join(headline.split())):
        hit = piece.startswith(_BEGIN)
        if piece:
            found.append(Part(piece.strip(_BEGIN + _END) if hit else piece, hit))
    return found
