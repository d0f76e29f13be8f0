"""Why it happened: what the record holds of the cause, and what it only hints at."""

from incidents.kernel.durations import spoken
from postmortems.models import Record
from postmortems.services.narrative.decisions import hypotheses
from postmortems.services.narrative.prose import asking, bullets, often, paragraphs, plain, said

MANY_ALERTS = 10
LATE = 10 * 60


def root_cause(record: Record) -> str:
    text = record.incident.root_cause.strip()
    return paragraphs(text or asking("root_cause"), _identified(record), hypotheses(record))


def _identified(record: Record) -> str:
    figure, move = record.figure("identify"), record.reached("identified")
    if figure is None or move is None:
        return ""
    why = f": {plain(str(move.data['reason']))}" if move.data.get("reason") else ""
    text = f"{plain(move.actor_name)} reported the cause as found {spoken(figure.seconds)} after "
    return said(f"{text}opening{why}", move)


def factors(record: Record) -> str:
    hints = [hint for hint in (_underrated(record), _reopened(record), _noise(record)) if hint]
    return paragraphs(asking("factors"), bullets(hints))


def _underrated(record: Record) -> str:
    raised = [
        change
        for change in record.of("incident.severity_changed")
        if change.data["new"] < change.data["old"]
    ]
    if not raised:
        return ""
    late = (raised[-1].occurred_at - record.incident.opened_at).total_seconds()
    if late < LATE:
        return ""
    text = f"It looked milder than it was: the severity rose to {raised[-1].data['new']} only "
    return said(f"{text}{spoken(late)} after opening", raised[-1])


def _reopened(record: Record) -> str:
    again = [
        move for move in record.of("incident.state_changed") if move.data.get("move") == "reopen"
    ]
    if not again:
        return ""
    return said(f"It came back: the incident was reopened {often(len(again))}", *again)


def _noise(record: Record) -> str:
    if len(record.firings) < MANY_ALERTS:
        return ""
    names = len({firing.title for firing in record.firings})
    first = record.first("alert.attached", "alert.more")
    text = f"{len(record.firings)} alerts with {names} different names fired for one incident"
    return said(text, first)
