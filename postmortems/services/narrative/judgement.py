"""What the record shows to have gone well or badly. Each rule is one sentence or silence."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from incidents.kernel.durations import spoken
from incidents.models import IncidentRole
from postmortems.models import Record
from postmortems.services.narrative.course import against
from postmortems.services.narrative.prose import asking, bullets, said

Rule = Callable[[Record], str]
SOON: Final = 10 * 60
# From this severity on, customers want to be told.
PUBLIC_RANK: Final = 1
MACHINES: Final = frozenset({"integration", "system"})


def well(record: Record) -> str:
    return _all(record, _WELL) or asking("well")


def badly(record: Record) -> str:
    return _all(record, _BADLY) or asking("badly")


def _all(record: Record, rules: Sequence[Rule]) -> str:
    return bullets(text for text in (rule(record) for rule in rules) if text)


def _in_time(slug: str, verb: str) -> Rule:
    def rule(record: Record) -> str:
        figure = record.figure(slug)
        if figure is None or figure.target is None or figure.is_late:
            return ""
        return said(f"{verb} {spoken(figure.seconds)} after opening{against(figure)}", figure)

    return rule


def _too_late(slug: str, verb: str) -> Rule:
    def rule(record: Record) -> str:
        figure = record.figure(slug)
        if figure is None or not figure.is_late:
            return ""
        return said(f"{verb} {spoken(figure.seconds)} after opening{against(figure)}", figure)

    return rule


def _seen_by_alert(record: Record) -> str:
    alert, opened = record.first("alert.attached"), record.opened
    if alert is None or opened is None or opened.actor_kind not in MACHINES:
        return ""
    return said("An alert saw it before a person had to", alert, opened)


def _seen_by_people(record: Record) -> str:
    if record.firings:
        return ""
    return said("No alert saw it: people had to notice", record.opened)


def _commander_at(record: Record) -> tuple[datetime | None, int | None]:
    for fact in record.of("incident.role_assigned"):
        if fact.data["role"] == IncidentRole.COMMANDER:
            return fact.occurred_at, fact.seq
    return None, None


def _commanded(record: Record) -> str:
    at, seq = _commander_at(record)
    if at is None or (at - record.incident.opened_at).total_seconds() > SOON:
        return ""
    return said(f"Somebody was in command within {SOON // 60} minutes", seq)


def _leaderless(record: Record) -> str:
    at, seq = _commander_at(record)
    if at is None:
        return "Nobody was made commander."
    late = (at - record.incident.opened_at).total_seconds()
    return said(f"For {spoken(late)} nobody was in command", seq) if late > SOON else ""


def _guided(record: Record) -> str:
    finished = record.of("runbook.finished")
    if not finished:
        return ""
    return said("A runbook fitted and was worked through to its end", *finished)


def _promised(record: Record) -> float:
    return record.incident.severity.update_minutes * 60


def _longest_silence(record: Record) -> tuple[float, int | None]:
    """The longest time without a public word while it was open, and the fact that ended it."""
    told = record.of("status.published")
    moments = [(record.incident.opened_at, None), *((f.occurred_at, f.seq) for f in told)]
    if not told or told[-1].data.get("state") != "resolved":
        moments.append((record.until, None))
    gaps = [((b - a).total_seconds(), seq) for (a, _), (b, seq) in pairwise(moments)]
    return max(gaps, key=lambda gap: gap[0], default=(0.0, None))


def _told(record: Record) -> str:
    silence, seq = _longest_silence(record)
    if not record.of("status.published") or silence > _promised(record):
        return ""
    return said(f"Customers never waited longer than {spoken(silence)} for a word", seq)


def _silent(record: Record) -> str:
    if record.incident.severity.rank > PUBLIC_RANK or record.incident.false_positive:
        return ""
    silence, seq = _longest_silence(record)
    if not record.of("status.published"):
        return "Customers were told nothing on the status page."
    if silence <= _promised(record):
        return ""
    target = spoken(_promised(record))
    return said(
        f"{spoken(silence).capitalize()} without a public word; {target} is the target", seq
    )


def _reopened(record: Record) -> str:
    again = [f for f in record.of("incident.state_changed") if f.data.get("move") == "reopen"]
    return said("It was called over too early and had to be reopened", *again) if again else ""


_WELL: Final[tuple[Rule, ...]] = (
    _seen_by_alert,
    _in_time("acknowledge", "Acknowledged"),
    _commanded,
    _guided,
    _in_time("mitigate", "The harm was stopped"),
    _told,
)
_BADLY: Final[tuple[Rule, ...]] = (
    _seen_by_people,
    _too_late("acknowledge", "Acknowledged only"),
    _leaderless,
    _too_late("mitigate", "The harm was stopped only"),
    _silent,
    _reopened,
)
