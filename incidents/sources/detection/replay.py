"""A rule run over history, step by step, in memory that does not grow with the days.

A day is fetched at a time; what a kind sees of it at each step is what it would have seen then.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from incidents.kernel.outbound import OutboundError
from incidents.models import DetectionRule, NoData
from incidents.sources.detection import (
    KINDS,
    Ask,
    Evidence,
    Kind,
    Text,
    Verdict,
    asking,
    name_of,
    settings_of,
)
from incidents.sources.detection.asking import Sources
from incidents.sources.detection.evaluation import NO_DATA
from incidents.sources.detection.kinds import pattern
from incidents.telemetry import Client, Labels, Place, Series, Span

MOST_SERIES: Final = 60
MOST_EPISODES: Final = 5000
# Prometheus refuses a query for more than 11,000 points of a series.
MOST_POINTS: Final = 10_000
_HOUR: Final = 3600.0


@dataclass(slots=True)
class Episode:
    """One alert that would have been open, in Unix seconds; `ended` is None at the very end."""

    started: float
    labels: Labels
    value: float | None
    ended: float | None = None


class _Window(Sequence[tuple[float, float]]):
    """Some points of a longer row, without copying them."""

    __slots__ = ("_begin", "_end", "_points")

    def __init__(self, points: Sequence[tuple[float, float]], begin: int, end: int) -> None:
        self._points, self._begin, self._end = points, begin, end

    def __len__(self) -> int:
        return max(0, self._end - self._begin)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return self._points[self._begin : self._end][at]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return self._points[(self._begin if at >= 0 else self._end) + at]


class _Track:
    """One series, read forwards: what of it is known at a moment."""

    def __init__(self, series: Series) -> None:
        self.labels = series.labels
        self._points = list(series.points)
        self._times = [at for at, _ in self._points]

    def at(self, moment: float, back: float, step: float) -> Series:
        end = bisect_right(self._times, moment + 0.001)
        if back:
            begin = bisect_right(self._times, moment - back - 0.001)
            return Series(self.labels, _Window(self._points, begin, end))
        fresh = end > 0 and moment - self._times[end - 1] < step
        return Series(self.labels, self._points[end - 1 : end] if fresh else ())


@dataclass
class _Standing:
    """Where a series stands, as RuleSeries says it of the present."""

    over_since: float
    episode: Episode | None = None


@dataclass
class Replay:
    """`load` a stretch, then `advance` through it; `episodes` are what would have been opened."""

    rule: DetectionRule
    sources: Sources
    step: float
    episodes: list[Episode] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)
    _tracks: dict[str, tuple[Ask, list[_Track]]] = field(default_factory=dict)
    earliest: float | None = None  # when the first of all data is from
    _texts: list[Text] = field(default_factory=list)
    _times: list[float] = field(default_factory=list)
    _study: list[Series] | None = None
    _learned: Any = None
    _standing: dict[str, _Standing] = field(default_factory=dict)
    _members: "list[Replay]" = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.kind.reads == "rules":
            rows = DetectionRule.objects.filter(pk__in=settings_of(self.rule)["rules"])
            rules = rows.select_related("source", "severity", "service", "integration")
            self._members = [Replay(rule, self.sources, self.step) for rule in rules]

    @property
    def kind(self) -> Kind:
        return KINDS[self.rule.kind]

    @property
    def is_firing(self) -> bool:
        return any(standing.episode for standing in self._standing.values())

    def load(self, start: float, end: float, *, first: float, last: float) -> None:
        """Fetch what is needed to judge from `start` to `end`, of the whole `first` to `last`."""
        for member in self._members:
            member.load(start, end, first=first, last=last)
        if self.kind.reads == "texts":
            self._load_texts(start, end)
        if self.kind.reads != "numbers":
            return
        for name, ask in self.kind.asks(self.rule).items():
            span = start - ask.back, end
            step = max(self.step, (end - start + ask.back) / MOST_POINTS)
            found = self._history(ask.query, Span(*span, step))
            self._tracks[name] = (ask, [_Track(series) for series in found])
            if self.earliest is None:
                began = [series.points[0][0] for series in found if series.points]
                self.earliest = min(began, default=None)
        self._learn(start, first, last)

    def _history(self, query: str, span: Span) -> Sequence[Series]:
        def get(client: Client, place: Place) -> Sequence[Series]:
            if client.history is None:
                raise OutboundError(f"{client.label} keeps no history to try it on.")
            return client.history(place, query, span)

        found = self.sources.answer(self.rule.source, get)
        if len(found) > MOST_SERIES:
            raise OutboundError(
                f"The query yields {len(found)} series; a backtest follows at most {MOST_SERIES}. "
                "Aggregate, or choose fewer.",
                permanent=True,
            )
        return found

    def _learn(self, start: float, first: float, last: float) -> None:
        """Each day is judged by what was known when it began."""
        if self.kind.studies is None or self.kind.learns is None:
            return
        ask = self.kind.studies(self.rule)
        if self._study is None:
            self._study = list(self._history(ask.query, Span(first - ask.back, last, ask.step)))
        known = [
            Series(s.labels, [p for p in s.points if start - ask.back <= p[0] < start])
            for s in self._study
        ]
        self._learned = self.kind.learns(self.rule, known, start)

    def _load_texts(self, start: float, end: float) -> None:
        """What matches at all is kept; most of what is written down does not."""
        settings = settings_of(self.rule)
        fits = pattern.matcher(settings)
        begin = start - settings["window_seconds"]
        self._texts = [text for text in self._all_texts(begin, end) if fits(text)]
        self._times = [text.at for text in self._texts]

    def _all_texts(self, start: float, end: float) -> Iterable[Text]:
        """Sources limit how many lines they give at once, so they are asked for hour by hour."""
        at = start
        while at < end:
            until = min(at + _HOUR, end)
            yield from asking.texts(self.rule, self.sources, _time(at), _time(until))
            at = until

    def advance(self, moment: float) -> None:
        for member in self._members:
            member.advance(moment)
        judgement = self.kind.judge(self.rule, self._evidence(moment))
        if judgement.note:
            self.notes.add(judgement.note)
        verdicts = judgement.verdicts
        if not verdicts and self.rule.no_data == NoData.KEEP:
            return
        if not verdicts and self.rule.no_data == NoData.ALERT and not judgement.note:
            verdicts = [Verdict(NO_DATA, None, over=True)]
        over = {name_of(verdict.labels): verdict for verdict in verdicts if verdict.over}
        for name in self._standing.keys() - over.keys():
            self._end(self._standing.pop(name), moment)
        for name, verdict in over.items():
            self._stand(name, verdict, moment)

    def _evidence(self, moment: float) -> Evidence:
        if self.kind.reads == "rules":
            firing: Mapping[int, bool] = {m.rule.pk: m.is_firing for m in self._members}
            return Evidence(moment, firing=firing)
        if self.kind.reads == "texts":
            begin = bisect_right(self._times, moment - settings_of(self.rule)["window_seconds"])
            known = self._texts[begin : bisect_right(self._times, moment)]
            return Evidence(moment, texts=known, sifted=True)
        series = {
            name: [track.at(moment, ask.back, self.step) for track in tracks]
            for name, (ask, tracks) in self._tracks.items()
        }
        return Evidence(moment, series, learned=self._learned)

    def _stand(self, name: str, verdict: Verdict, moment: float) -> None:
        standing = self._standing.setdefault(name, _Standing(moment))
        if standing.episode is None and moment - standing.over_since >= self.rule.hold_seconds:
            if len(self.episodes) >= MOST_EPISODES:
                raise OutboundError(f"It would have opened more than {MOST_EPISODES} alerts.")
            standing.episode = Episode(moment, verdict.labels, verdict.value)
            self.episodes.append(standing.episode)

    def _end(self, standing: _Standing, moment: float) -> None:
        if standing.episode is not None:
            standing.episode.ended = moment


def _time(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, tz=UTC)


def whole(start: datetime, days: int) -> list[tuple[float, float]]:
    """The days from `start` on, each as (begin, end)."""
    edges = [(start + timedelta(days=n)).timestamp() for n in range(days + 1)]
    return list(pairwise(edges))
