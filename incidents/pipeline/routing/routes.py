"""The rules at work: what the engine asks about each signal that fires.

`Routes.load()` once a batch, `direct` for each signal, `keep_notes` at its end, in the transaction
that folds the batch. What is compiled stays in memory: a published version never changes.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from incidents.kernel import clock
from incidents.models import (
    Integration,
    RoutingDifference,
    RoutingTally,
    RoutingVersion,
    Team,
    VersionState,
)
from incidents.pipeline.routing.judging import (
    Compiled,
    Directed,
    Names,
    Verdict,
    differences,
    effects,
    judge,
)
from incidents.pipeline.signal import Signal
from incidents.pipeline.triage import Services, Severities

KEPT_DIFFERENCES: Final = 50
_AT_WORK: Final = (VersionState.LIVE, VersionState.SHADOW)
_compiled: dict[tuple[int, datetime], Compiled] = {}


@dataclass
class _AtWork:
    """A version, and what this batch has to say about it."""

    pk: int
    rules: Compiled
    seen: int = 0
    differing: int = 0
    matched: Counter[str] = field(default_factory=Counter)
    differences: list[RoutingDifference] = field(default_factory=list)

    def count(self, verdict: Verdict) -> None:
        self.seen += 1
        for rule in verdict.hits:
            self.matched[rule.id] += 1


class Routes:
    """The live version and the one in shadow, for one batch."""

    def __init__(self, live: _AtWork | None, shadow: _AtWork | None, names: Names) -> None:
        self._live, self._shadow, self._names = live, shadow, names

    @classmethod
    def load(
        cls, severities: Severities | None = None, services: Services | None = None
    ) -> "Routes":
        """One small query where nothing has changed since the last batch."""
        found = _versions_at_work()
        severities = severities or Severities.load()
        services = services or Services.load()
        named = any(at_work.rules.names_teams for at_work in found.values())
        teams = {team.slug: team for team in Team.objects.all()} if named else {}
        names = Names(severities, services, teams)
        return cls(found.get(VersionState.LIVE), found.get(VersionState.SHADOW), names)

    def again(self) -> "Routes":
        """The same without notes: for a batch that is folded once more."""
        live, shadow = self._live, self._shadow
        return Routes(
            _AtWork(live.pk, live.rules) if live else None,
            _AtWork(shadow.pk, shadow.rules) if shadow else None,
            self._names,
        )

    def direct(
        self, signal: Signal, integration: Integration, *, at: datetime | None = None, row: int = 0
    ) -> Directed:
        """What the rules make of a signal that came `at` this time (now) in the message `row`.

        Never raises.
        """
        if self._live is None and self._shadow is None:
            return Directed(signal)
        at = at or clock.now()
        verdict = Verdict(Directed(signal))
        if self._live is not None:
            verdict = judge(self._live.rules, signal, integration, at, self._names)
            self._live.count(verdict)
        if self._shadow is None:
            return verdict.directed
        other = judge(self._shadow.rules, signal, integration, at, self._names)
        self._shadow.count(other)
        return self._compared(verdict.directed, other, integration, row)

    def _compared(
        self, directed: Directed, other: Verdict, integration: Integration, row: int
    ) -> Directed:
        if self._shadow is None or (not directed.rule and not other.hits):
            return directed
        told = differences(
            effects(directed, integration, self._names),
            effects(other.directed, integration, self._names),
        )
        if not told:
            return directed
        self._shadow.differing += 1
        difference = RoutingDifference(
            version_id=self._shadow.pk,
            signal_id=row,
            integration=integration,
            fingerprint=directed.signal.fingerprint[:255],
            rule=other.directed.rule,
            changes=told,
            at=clock.now(),
        )
        self._shadow.differences = [*self._shadow.differences, difference][-KEPT_DIFFERENCES:]
        return replace(directed, shadow=told)

    def keep_notes(self) -> None:
        """Write down what was counted; two statements for each version at work that saw signals."""
        for at_work in (self._live, self._shadow):
            if at_work is not None and at_work.seen:
                _add_to_tally(at_work)
                _keep_differences(at_work)


def _versions_at_work() -> dict[str, _AtWork]:
    rows = RoutingVersion.objects.filter(state__in=_AT_WORK).order_by()
    found = {
        (pk, created): (state, number)
        for pk, created, state, number in rows.values_list("pk", "created_at", "state", "number")
    }
    missing = found.keys() - _compiled.keys()
    if missing:
        documents = dict(
            rows.filter(pk__in=[pk for pk, _ in missing]).values_list("pk", "document")
        )
        for key in [key for key in _compiled if key not in found]:
            del _compiled[key]
        for key in missing:
            if key[0] in documents:
                _compiled[key] = Compiled.of(found[key][1], documents[key[0]])
    return {
        state: _AtWork(key[0], _compiled[key])
        for key, (state, _) in found.items()
        if key in _compiled
    }


def _add_to_tally(at_work: _AtWork) -> None:
    rows = RoutingTally.objects.select_for_update().filter(version_id=at_work.pk)
    tally = rows.first() or RoutingTally(version_id=at_work.pk)
    tally.matched = dict(Counter(tally.matched) + at_work.matched)
    tally.seen += at_work.seen
    tally.differing += at_work.differing
    tally.updated_at = clock.now()
    tally.save()


def _keep_differences(at_work: _AtWork) -> None:
    """The latest only: what came before them goes."""
    if not at_work.differences:
        return
    RoutingDifference.objects.bulk_create(at_work.differences)
    rows = RoutingDifference.objects.filter(version_id=at_work.pk)
    last = rows.order_by("-pk").values_list("pk", flat=True)[
        KEPT_DIFFERENCES : KEPT_DIFFERENCES + 1
    ]
    for pk in last:
        rows.filter(pk__lte=pk).delete()
