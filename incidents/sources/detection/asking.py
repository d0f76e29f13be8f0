"""Getting the evidence that a rule needs: from its source, from our alerts, from other rules.

`Sources` is what one round of rules shares: a connection to each source, and which of them are
down, so that a thousand rules do not wait one by one for a source that answers nobody.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce

from incidents.kernel import clock, outbound
from incidents.kernel.outbound import OutboundError
from incidents.kernel.secrets import Unreadable
from incidents.models import (
    Alert,
    DetectionRule,
    RuleBaseline,
    RuleMode,
    RuleSeries,
    TelemetrySource,
)
from incidents.sources.detection import KINDS, Ask, Evidence, Text, settings_of
from incidents.telemetry import CLIENTS, Client, Place, Series, Span, kubernetes

T = TypeVar("T")
MAX_SERIES: Final = 1000
MOST_ALERTS: Final = 20_000
# After so many failures in a row a source is asked no more in this round.
STRIKES: Final = 3
RELEARN: Final = timedelta(hours=1)
# A rule that took so long asks no further question.
SECONDS_A_RULE: Final = 20.0
# What a source answers to a question that is wrong, as against one that it will not be asked.
_BAD_QUESTION: Final = frozenset({400, 422})


@dataclass
class _Seen:
    """How a source did in this round."""

    error: str = ""
    doubted: bool = False
    asking: int = 0
    strikes: int = 0
    failed_at: datetime | None = None
    ok_at: datetime | None = None
    answered_at: float = 0.0
    seconds: float = 0.0

    def is_asked(self) -> bool:
        """Whether one more may ask. Of a source that failed before, one finds out for all, so that
        the others do not wait with it."""
        if self.strikes >= (1 if self.doubted else STRIKES) or (self.doubted and self.asking):
            return False
        self.asking += 1
        return True

    def answered(self, seconds: float) -> None:
        self.strikes, self.error, self.failed_at, self.doubted = 0, "", None, False
        self.ok_at, self.answered_at, self.seconds = clock.now(), time.monotonic(), seconds

    def failed(self, error: str, began: float) -> None:
        """Where it answered others meanwhile, the fault is with the question."""
        if self.answered_at <= began:
            self.strikes += 1
            self.error, self.failed_at = error, self.failed_at or clock.now()


@dataclass
class Sources:
    """Use as a context manager: leaving it closes the connections and writes the health down.

    `timeout` shortens that of the sources; `notes_health=False` writes nothing.
    """

    timeout: float = 60.0
    notes_health: bool = True
    _places: dict[int, Place] = field(default_factory=dict)
    _seen: dict[int, _Seen] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for place in self._places.values():
            place.http.close()
        if self.notes_health:
            for pk, seen in self._seen.items():
                _note(pk, seen)

    def answer(self, source: TelemetrySource | None, ask: Callable[[Client, Place], T]) -> T:
        """What `ask` gets from the source. Raises OutboundError."""
        if source is None:
            raise OutboundError("The rule has no source to ask.", permanent=True)
        began = time.monotonic()
        place, seen = self._of(source)
        try:
            told = ask(CLIENTS[source.kind], place)
        except OutboundError as error:
            if _is_the_questions_fault(error):
                seen.answered(time.monotonic() - began)
            else:
                seen.failed(str(error), began)
            raise
        finally:
            with self._lock:
                seen.asking -= 1
        seen.answered(time.monotonic() - began)
        return told

    def _of(self, source: TelemetrySource) -> tuple[Place, _Seen]:
        with self._lock:
            fresh = _Seen(source.last_error, doubted=source.failing_since is not None)
            seen = self._seen.setdefault(source.pk, fresh)
            if not seen.is_asked():
                raise OutboundError(seen.error)
            try:
                if source.pk not in self._places:
                    self._places[source.pk] = connect(source, timeout=self.timeout)
            except OutboundError as error:
                seen.asking -= 1
                seen.failed(str(error), time.monotonic())
                raise
            return self._places[source.pk], seen


def connect(source: TelemetrySource, *, timeout: float = 60.0) -> Place:
    """A connection to the source with its token, or that of the cluster that we run in."""
    try:
        token, ca = source.token, str(source.settings.get("ca", ""))
    except Unreadable as error:
        raise OutboundError(f"Its token cannot be read. {error} Enter it again.") from error
    if source.kind == "kubernetes" and not token:
        token, known = kubernetes.account()
        ca = ca or known
    seconds = min(timeout, source.timeout_seconds)
    http = outbound.client(timeout=seconds, token=token, ca=ca)
    options = CLIENTS[source.kind].options
    settings = {option.name: option.default for option in options} | source.settings
    return Place(http, source.url, settings)


def _is_the_questions_fault(error: OutboundError) -> bool:
    return error.permanent and (error.status in _BAD_QUESTION or not error.status)


def _note(pk: int, seen: _Seen) -> None:
    row = TelemetrySource.objects.filter(pk=pk)
    if seen.failed_at is not None:
        row.update(
            failing_since=Coalesce(F("failing_since"), seen.failed_at), last_error=seen.error
        )
    elif seen.ok_at is not None:
        if row.filter(failing_since__isnull=False).exists():
            # Its rules failed with it: whether they fail by themselves is to be seen from now on.
            rules = DetectionRule.objects.filter(source_id=pk, failing_since__isnull=False)
            rules.update(failing_since=seen.ok_at)
        row.update(
            failing_since=None,
            last_error="",
            last_ok_at=seen.ok_at,
            latency_ms=round(seen.seconds * 1000),
        )


def gather(rule: DetectionRule, sources: Sources, *, at: datetime) -> Evidence:
    """All that the rule's kind asks for, as it is now. Raises OutboundError."""
    kind, moment = KINDS[rule.kind], at.timestamp()
    if kind.reads == "rules":
        return Evidence(moment, firing=_firing(settings_of(rule)["rules"]))
    if kind.reads == "texts":
        window = timedelta(seconds=settings_of(rule)["window_seconds"])
        found, most = texts(rule, sources, at - window, at), most_texts(rule)
        return Evidence(moment, texts=found, partial=most if len(found) >= most else 0)
    until = time.monotonic() + SECONDS_A_RULE
    series = {}
    for name, ask in kind.asks(rule).items():
        _in_time(until)
        series[name] = series_of(rule, sources, ask, at=at)
    _in_time(until)
    return Evidence(moment, series, learned=_learned(rule, sources, at))


def _in_time(until: float) -> None:
    """A rule of several questions to a slow source must not outlive its lease."""
    if time.monotonic() > until:
        told = f"Its questions take longer than {SECONDS_A_RULE:g} s together."
        raise OutboundError(told, permanent=True)


def series_of(rule: DetectionRule, sources: Sources, ask: Ask, *, at: datetime) -> Sequence[Series]:
    """The answer to one question; a source that keeps no history tells what is now."""
    moment = at.timestamp()

    def get(client: Client, place: Place) -> Sequence[Series]:
        if ask.back and client.history:
            return client.history(place, ask.query, Span(moment - ask.back, moment, ask.step))
        return [Series(s.labels, [(moment, s.value)]) for s in client.now(place, ask.query)]

    found = sources.answer(rule.source, get)
    if len(found) > MAX_SERIES:
        raise OutboundError(
            f"The query yields {len(found)} series; at most {MAX_SERIES} are judged. Aggregate.",
            permanent=True,
        )
    return found


def texts(
    rule: DetectionRule, sources: Sources, since: datetime, until: datetime
) -> Sequence[Text]:
    """Lines of the rule's source, or alerts where it has none."""
    if rule.source is None:
        return alerts(rule, since, until)
    span = Span(since.timestamp(), until.timestamp(), 60)

    def get(client: Client, place: Place) -> Sequence[Text]:
        if client.lines is None:
            raise OutboundError(f"{client.label} has no lines to look at.", permanent=True)
        found = client.lines(place, rule.query, span)
        return [Text(line.at, line.text, line.labels) for line in found]

    return sources.answer(rule.source, get)


def most_texts(rule: DetectionRule) -> int:
    """How many texts are looked at, at most."""
    return CLIENTS[rule.source.kind].most_lines if rule.source else MOST_ALERTS


def alerts(rule: DetectionRule, since: datetime, until: datetime) -> list[Text]:
    """The newest alerts that began in that time, oldest first, without those of the rule."""
    rows = Alert.objects.filter(started_at__gt=since, started_at__lte=until)
    columns = ("started_at", "title", "description", "labels", "annotations")
    found = rows.order_by("-started_at").values_list(
        *columns, "severity__code", "service__slug", "integration__kind"
    )[:MOST_ALERTS]
    return [
        Text(
            started_at.timestamp(),
            f"{title}\n{description}",
            {**labels, "severity": severity, "service": service or "", "source": source},
        )
        for started_at, title, description, labels, notes, severity, service, source in found
        if notes.get("rule") != str(rule.pk)
    ][::-1]


def _firing(rules: Sequence[int]) -> Mapping[int, bool]:
    """Of each rule that is judged, whether it fires."""
    judged = DetectionRule.objects.filter(pk__in=rules).exclude(mode=RuleMode.OFF)
    fires = Exists(RuleSeries.objects.filter(rule=OuterRef("pk"), firing=True))
    return dict(judged.values_list("pk").annotate(fires=fires).order_by())


def _learned(rule: DetectionRule, sources: Sources, at: datetime) -> Any:
    """What the kind has learned for this rule, learned anew when it is an hour old."""
    kind = KINDS[rule.kind]
    if kind.studies is None or kind.learns is None:
        return None
    ask = kind.studies(rule)
    about = f"{ask.query}\n{ask.back:g}"
    known = RuleBaseline.objects.filter(rule_id=rule.pk, query=about).first() if rule.pk else None
    if known and known.made_at > at - RELEARN:
        return known.learned
    learned = kind.learns(rule, series_of(rule, sources, ask, at=at), at.timestamp())
    if rule.pk:
        RuleBaseline.objects.update_or_create(
            rule_id=rule.pk, defaults={"query": about, "made_at": at, "learned": learned}
        )
    return learned
