"""Past incidents like this one, the most alike first, and what ended them.

Words are compared as PostgreSQL's full-text search stems them. A word that few incidents have says
more than one that many have.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import Case, F, FloatField, Func, QuerySet, TextField, Value, When

from incidents.models import OVER, Fact, Incident, IncidentText, IncidentType, Service, State

SHOWN: Final = 5
# The best by the database's rough order are compared closely.
_COMPARED: Final = 60
_WORDS_ASKED: Final = 24
_SAME_SERVICE: Final = 2.0
_SAME_TYPE: Final = 1.0
_ALIKE: Final = 2.5
_WORDS_TOLD: Final = 4
_PLAIN: Final = re.compile(r"[^\W\d_]\w+")


@dataclass(slots=True)
class Similar:
    """`why` in words: "same service, 3 common words: card, payment, timeout". `ended_by` says what
    people told or did in its course that may help here."""

    incident: Incident
    score: float
    why: str
    cause: str = ""
    ended_by: list[str] = field(default_factory=list)


class _Lexemes(Func):
    function = "tsvector_to_array"
    output_field = ArrayField(TextField())


def find(visible: QuerySet[Incident], incident: Incident, *, limit: int = SHOWN) -> list[Similar]:
    """The visible incidents that are most like it. At most four queries, however many there are."""
    mine = _lexemes(incident)
    asked = [word for word in mine if _PLAIN.fullmatch(word)][:_WORDS_ASKED]
    if not asked:
        return []
    others = visible.exclude(pk=incident.pk).exclude(state=State.MERGED)
    candidates = _candidates(others, incident, asked)
    weigh = _weights([set(row.lexemes) for row in candidates], asked)
    found = [_compared(row, incident, weigh) for row in candidates]
    alike = [each for each in found if each.score >= _ALIKE]
    best = sorted(alike, key=lambda each: (-each.score, -each.incident.pk))[:limit]
    _tell_how_they_ended(best)
    return best


def _lexemes(incident: Incident) -> list[str]:
    """The stems of its words, also in the moment before they are indexed. One or two queries."""
    kept = IncidentText.objects.filter(pk=incident.pk).annotate(lexemes=_Lexemes(F("words")))
    found: list[str] | None = kept.values_list("lexemes", flat=True).first()
    if found is not None:
        return found
    stems = Incident.objects.filter(pk=incident.pk).annotate(
        lexemes=_Lexemes(SearchVector("title", "service__name", config="english"))
    )
    return stems.values_list("lexemes", flat=True).first() or []


def _candidates(rows: QuerySet[Incident], incident: Incident, asked: Sequence[str]) -> list[Any]:
    query = SearchQuery(" | ".join(asked), search_type="raw", config="simple")
    same = Case(
        When(service_id=incident.service_id or 0, then=Value(0.1)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    ranked = (
        rows.filter(text__words=query)
        .annotate(rank=SearchRank(F("text__words"), query) + same)
        .annotate(lexemes=_Lexemes(F("text__words")))
        .select_related("severity", "service")
    )
    return list(ranked.order_by("-rank", "-pk")[:_COMPARED])


def _weights(rows: Sequence[set[str]], asked: Iterable[str]) -> Mapping[str, float]:
    """The fewer of the candidates have a word, the more it says: nearly nothing to about 2."""
    total = len(rows)
    return {
        word: log((total + 10) / (sum(word in row for row in rows) + 0.5)) / 2 for word in asked
    }


def _compared(row: Any, incident: Incident, weigh: Mapping[str, float]) -> Similar:
    same_service = row.service_id is not None and row.service_id == incident.service_id
    same_type = row.type == incident.type and row.type != IncidentType.OTHER
    implied = _words_of(incident.service if same_service else None, incident if same_type else None)
    common = sorted(
        (word for word in weigh if word in row.lexemes and word not in implied),
        key=lambda word: -weigh[word],
    )
    score = _SAME_SERVICE * same_service + _SAME_TYPE * same_type
    reasons = ["same service"] * same_service + ["same type"] * same_type
    if common:
        told = ", ".join(common[:_WORDS_TOLD])
        reasons.append(f"{len(common)} common word{'s' * (len(common) != 1)}: {told}")
    score += sum(weigh[word] for word in common)
    return Similar(row, score, ", ".join(reasons), cause=row.root_cause.strip()[:300])


def _words_of(service: Service | None, typed: Incident | None) -> set[str]:
    """Stems that say the same once more as "same service" or "same type", roughly."""
    text = f"{service.name if service else ''} {typed.get_type_display() if typed else ''}"
    words = re.findall(r"\w+", text.lower())
    return {*words, *(word[:-1] for word in words), *(word[:-3] for word in words)}


_ENDING: Final = ("identify", "mitigate", "resolve")
_RAN: Final = "runbook.started"


def _tell_how_they_ended(found: Sequence[Similar]) -> None:
    """What was said on the moves that ended them, and which runbooks ran. One query."""
    by_key = {each.incident.pk: each for each in found}
    if not by_key:
        return
    rows = Fact.objects.filter(
        incident_id__in=by_key, kind__in=("incident.state_changed", _RAN)
    ).order_by("incident_id", "seq")
    for fact in rows.only("incident_id", "seq", "kind", "data", "actor_kind")[:500]:
        told = _helped(fact)
        each = by_key[fact.incident_id]
        if told and told not in each.ended_by and each.incident.state in OVER:
            each.ended_by.append(told)


def _helped(fact: Fact) -> str:
    if fact.kind == _RAN:
        return f"runbook {fact.data.get('title', '')}".strip()
    if fact.data.get("move") not in _ENDING or fact.actor_kind != "user":
        return ""
    return str(fact.data.get("reason", "")).strip()[:300]
