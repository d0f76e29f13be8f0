"""Trying a rule on live data, once, without writing anything down or opening anything."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from incidents.kernel import clock
from incidents.kernel.outbound import OutboundError
from incidents.kernel.patterns import TooSlow
from incidents.models import DetectionRule, TelemetrySource
from incidents.sources.detection import KINDS, Text, Verdict, settings_of
from incidents.sources.detection.asking import Sources, gather
from incidents.sources.detection.kinds import pattern

SECONDS: Final = 10.0
SHOWN: Final = 50
MATCHED: Final = 200


@dataclass(frozen=True, slots=True)
class Trial:
    """What the rule says now; `shown` are the worst first, at most SHOWN of them; `matched` are
    the newest texts that a pattern found, at most MATCHED of them."""

    seconds: float
    series: int = 0
    over: int = 0
    shown: Sequence[Verdict] = ()
    matched: Sequence[Text] = ()
    note: str = ""
    error: str = ""


def run(rule: DetectionRule) -> Trial:
    """The rule need not be saved. Answers within SECONDS, whatever the source does."""
    kind = KINDS[rule.kind]
    questions = max(1, len(kind.asks(rule)) + (kind.studies is not None))
    began = time.monotonic()
    try:
        with Sources(timeout=SECONDS / questions, notes_health=False) as sources:
            evidence = gather(rule, sources, at=clock.now())
        judgement = kind.judge(rule, evidence)
        matched = pattern.matching(settings_of(rule), evidence) if kind.reads == "texts" else []
    except (OutboundError, TooSlow) as error:
        return Trial(time.monotonic() - began, error=str(error))
    verdicts = sorted(judgement.verdicts, key=lambda v: (not v.over, _badness(rule, v)))
    return Trial(
        seconds=time.monotonic() - began,
        series=len(verdicts),
        over=sum(verdict.over for verdict in verdicts),
        shown=verdicts[:SHOWN],
        matched=matched[-MATCHED:][::-1],
        note=judgement.note,
    )


def ask(source: TelemetrySource) -> Trial:
    """Ask the source what it always answers, and note its health."""
    began = time.monotonic()
    try:
        with Sources(timeout=SECONDS) as sources:
            found = sources.answer(source, lambda client, place: client.now(place, client.probe))
    except OutboundError as error:
        return Trial(time.monotonic() - began, error=str(error))
    return Trial(time.monotonic() - began, series=len(found))


def _badness(rule: DetectionRule, verdict: Verdict) -> float:
    value = verdict.value or 0.0
    return value if rule.low_is_bad and KINDS[rule.kind].compares else -value
