"""Why one signal is routed as it is: each rule, each of its conditions, and what it saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from incidents.kernel import clock
from incidents.models import Alert, Integration, RoutingVersion, Team
from incidents.models import Signal as SignalRow
from incidents.pipeline.routing import document
from incidents.pipeline.routing.conditions import Layout, Seen, reader, test_of
from incidents.pipeline.routing.document import Condition, Rule
from incidents.pipeline.routing.judging import (
    Compiled,
    Directed,
    Names,
    differences,
    effects,
    judge,
)
from incidents.pipeline.routing.simulation import Read
from incidents.pipeline.signal import Signal
from incidents.pipeline.triage import Services, Severities

MOST_SIGNALS: Final = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition, whether it held, and the text it looked at."""

    condition: Condition
    held: bool
    saw: str
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Considered:
    """`verdict`: hit, missed, off, or not asked because a rule above it ended the matter."""

    rule: Rule
    verdict: str
    asked: Sequence[Asked] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What becomes of one signal; `changes` are {what, now, then}, now being without rules."""

    signal: Signal
    directed: Directed
    changes: Sequence[Mapping[str, str]]
    considered: Sequence[Considered]


def names() -> Names:
    teams = {team.slug: team for team in Team.objects.all()}
    return Names(Severities.load(), Services.load(), teams)


def try_signals(
    version: RoutingVersion, signals: Sequence[Signal], integration: Integration, at: datetime
) -> list[Trial]:
    """The first of `signals` that fire, each with its way through the rules."""
    known = names()
    firing = [signal for signal in signals if signal.action == "fire"][:MOST_SIGNALS]
    return [_try(version, signal, integration, at, known) for signal in firing]


def stored(alert: Alert, *, read: Read) -> tuple[list[Signal], datetime]:
    """The signals of the message that opened the alert, while it is kept, that are about it."""
    row = SignalRow.objects.filter(pk=alert.first_signal_id or 0).first()
    if row is None:
        return [], clock.now()
    found = read(row.adapter, bytes(row.body), alert.integration.options)
    return [one for one in found if one.fingerprint == alert.fingerprint], row.received_at


def _try(
    version: RoutingVersion, signal: Signal, integration: Integration, at: datetime, known: Names
) -> Trial:
    content = version.document
    directed = judge(Compiled.of(version.number, content), signal, integration, at, known).directed
    before = effects(Directed(signal), integration, known)
    changes = differences(before, effects(directed, integration, known))
    seen = Seen(signal, integration, at, known.severities, known.services)
    return Trial(signal, directed, changes, list(_considered(content, seen, known)))


def _considered(content: Any, seen: Seen, known: Names) -> list[Considered]:
    """Each rule sees what those above it that go on have changed."""
    found: list[Considered] = []
    over = False
    for rule in document.read(content):
        if rule.off or over:
            found.append(Considered(rule, "off" if rule.off else "not asked"))
            continue
        asked = [_ask(condition, seen) for condition in rule.conditions]
        held = [one.held for one in asked]
        hit = any(held) if rule.match == "any" and held else all(held)
        found.append(Considered(rule, "hit" if hit else "missed", asked))
        over = hit and not rule.go_on
        if hit and rule.go_on:
            one = Compiled(0, [rule])
            passed = judge(one, seen.signal, seen.integration, seen.at, known).directed.signal
            seen = Seen(passed, seen.integration, seen.at, known.severities, known.services)
    return found


def _ask(condition: Condition, seen: Seen) -> Asked:
    layout = Layout()
    test = test_of(condition, layout)
    held = test(layout.values(seen))
    saw = reader(condition.field)(seen)
    text = saw.strftime("%a %H:%M UTC") if isinstance(saw, datetime) else str(saw)
    return Asked(condition, held, text[:200], any(pattern.slow for pattern in layout.patterns))
