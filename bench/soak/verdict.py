"""What came of a soak: each promise with its figures, and whether it was kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from bench.lag import Lag
from bench.load import percentile
from bench.product import Product
from bench.soak.client import Client, body_of
from bench.soak.ledger import Ledger
from bench.soak.plan import Plan
from bench.soak.silent import Closings
from bench.soak.watch import Life
from incidentsite.embedded import database_url
from incidentsite.supervisor.database import dsn

# A restart, a broken connection, and the end that a client itself asked for.
EXPECTED_CLOSES = frozenset({1000, 1001, 1005, 1006, 4012, 4013})
SHOWN = 5

FACTS = """
SELECT fact.seq, message.client_id FROM incidents_fact fact
LEFT JOIN warroom_message message USING (incident_id, seq)
WHERE fact.incident_id = %s ORDER BY fact.seq
"""


def facts_of(product: Product, incident_id: int) -> dict[int, str]:
    """The body under each seq, as the database has it; empty for what is no message."""
    with psycopg.connect(dsn(database_url(product.data_dir))) as connection:
        rows: list[tuple[int, UUID | None]] = connection.execute(FACTS, [incident_id]).fetchall()
    return {seq: body_of(client_id) if client_id else "" for seq, client_id in rows}


@dataclass(frozen=True, slots=True)
class Line:
    """`kept` is None where there was nothing to judge, and for what is only told."""

    name: str
    told: str
    kept: bool | None = None


@dataclass
class Seen:
    """All that a soak has brought to light."""

    plan: Plan
    ledger: Ledger
    facts: Mapping[int, str]
    clients: Sequence[Client]
    latecomers: Sequence[Client]
    closings: Closings
    lives: Sequence[Life]
    returns: Sequence[float | None]
    lag: Lag
    reached: int  # the highest seq that anybody knew of before the facts were looked up
    unsettled: list[str] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Up to here everything must be there; what came later is not judged."""
        return max([self.reached, *self.facts])


def lines(seen: Seen) -> list[Line]:
    return [*_truth(seen), *_connections(seen), _silent(seen), _memory(seen), *_told(seen)]


def _truth(seen: Seen) -> list[Line]:
    seqs, ledger = sorted(seen.facts), seen.ledger
    said = Counter(body for body in seen.facts.values() if body)
    last, facts = seen.last, seen.facts
    wrong = [b for b, seq in ledger.accepted.items() if seq <= last and facts.get(seq) != b]
    read = [s for s, b in ledger.read.items() if b and s <= last and facts.get(s) != b]
    return [
        _none("facts numbered without gaps", _breaks(seqs), f"{len(seqs)} facts"),
        _views(seen),
        _none(
            "each accepted message is there, as it was answered",
            wrong,
            f"{len(ledger.accepted)} accepted of {len(ledger.sent)} sent, {ledger.resent} resent",
        ),
        _none("no message twice", [body for body, n in said.items() if n > 1]),
        _none("no message that nobody sent", sorted(set(said) - set(ledger.sent))),
        _none("all read the same", [*ledger.contradictions, *map(str, read)]),
        _none("nothing refused, nothing left unanswered", [*ledger.refused, *seen.unsettled]),
    ]


def _breaks(seqs: Sequence[int]) -> list[str]:
    return [str(seq) for wanted, seq in enumerate(seqs, 1) if seq != wanted][:1]


def _views(seen: Seen) -> Line:
    gaps = repeats = shuffled = 0
    last = seen.last
    for client in [*seen.clients, *seen.latecomers]:
        end = last if client in seen.clients else client.cursor
        wanted = [seq for seq in sorted(seen.facts) if client.after < seq <= end]
        view = [seq for seq in client.seqs if seq <= last]
        gaps += len(set(wanted) ^ set(view))
        repeats += len(view) - len(set(view))
        shuffled += view != sorted(view)
    told = f"{gaps} gaps, {repeats} repeats, {shuffled} out of order"
    people = f"{len(seen.clients)} clients, {len(seen.latecomers)} latecomers"
    kept = not (gaps or repeats or shuffled)
    return Line("each client has read what the database holds", f"{told}; {people}", kept)


def _none(name: str, found: Sequence[str], told: str = "") -> Line:
    shown = f"{len(found)}: {', '.join(found[:SHOWN])}" if found else told or "none"
    return Line(name, shown, not found)


def _connections(seen: Seen) -> list[Line]:
    closes = [f"{code} × {n}" for code, n in seen.ledger.closes.items()]
    bad = [f"{c} × {n}" for c, n in seen.ledger.closes.items() if c not in EXPECTED_CLOSES]
    back = [seconds for seconds in seen.returns if seconds is not None]
    within = seen.plan.seconds_to_be_back
    told = f"{len(back)} of {len(seen.returns)} times" + (
        f", after {min(back):.1f} to {max(back):.1f} s" if back else ""
    )
    return [
        _none("no reader was closed for silence or refused", bad, ", ".join(closes)),
        Line(
            f"everybody back within {within:g} s of a kill",
            told,
            len(back) == len(seen.returns) if seen.returns else None,
        ),
    ]


def _silent(seen: Seen) -> Line:
    found, within = seen.closings, seen.plan.seconds_to_close_silent
    name = f"who never reads is closed within {within:g} s"
    late = [seconds for seconds in found.since_behind + found.still_open if seconds > within]
    if not found.since_behind and not late:
        return Line(name, "too short to judge")
    worst = max(found.since_behind + late)
    told = (
        f"{len(found.since_behind)} closed, at most {worst:.1f} s after the server had to wait, "
        f"{max(found.since_open, default=0):.1f} s after they came; "
        f"{found.cut_short} cut short by a kill"
    )
    return Line(name, told, not late)


def _memory(seen: Seen) -> Line:
    name = f"the web process grows by less than {seen.plan.growth:g} MB a minute"
    slopes = [slope for life in seen.lives if (slope := life.growth(seen.plan)) is not None]
    if not slopes:
        return Line(name, f"too short to judge; {_sizes(seen)}")
    mean = sum(slopes) / len(slopes)
    each = ", ".join(f"{slope:+.2f}" for slope in slopes)
    return Line(name, f"{mean:+.2f} ({each}); {_sizes(seen)}", mean < seen.plan.growth)


def _sizes(seen: Seen) -> str:
    lives = [life for life in seen.lives if life.sizes]
    return "MB at the end of each life: " + ", ".join(f"{life.sizes[-1]:.0f}" for life in lives)


def _told(seen: Seen) -> list[Line]:
    live, breaks = seen.ledger.live, seen.ledger.breaks
    p50, p99 = percentile(live, 0.5) * 1000, percentile(live, 0.99) * 1000
    broken = ", ".join(f"{name} × {n}" for name, n in breaks.items()) or "none"
    return [
        Line("message to all who were there", f"p50 {p50:.0f} ms, p99 {p99:.0f} ms"),
        Line("connections lost or not made", broken),
        Line("this program", str(seen.lag)),
    ]
