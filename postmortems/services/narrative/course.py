"""How it was seen, handled and ended."""

from incidents.kernel.durations import spoken
from incidents.models import Fact, IncidentRole
from postmortems.models import Figure, Record
from postmortems.services.narrative.prose import (
    after,
    asking,
    bullets,
    cited,
    clock_time,
    paragraphs,
    plain,
    quoted,
    said,
)


def detection(record: Record) -> str:
    incident, opened = record.incident, record.opened
    alert = record.first("alert.attached")
    if opened is None:
        return ""
    if alert is None:
        who = plain(opened.actor_name)
        return paragraphs(said(f"{who} declared it; no alert had fired", opened), _unseen(record))
    first = min((firing.start for firing in record.firings), default=alert.occurred_at)
    delay = (incident.opened_at - first).total_seconds()
    name, sender = quoted(str(alert.data["title"])), plain(alert.actor_name)
    if delay < 0:
        text = (
            f"{plain(opened.actor_name)} declared it; the first alert, {name} from {sender}, came "
        )
        return said(f"{text}{after(-delay)}", opened, alert)
    return paragraphs(
        said(
            f"The alert {name} from {sender} began at {clock_time(first, record)}; "
            f"the incident was open {after(delay)}",
            *(alert, opened),
        ),
        _more_alerts(record),
    )


def _unseen(record: Record) -> str:
    unseen = record.figure("detect")
    if unseen is None or unseen.seconds < 1:
        return ""
    return said(f"By then it had gone unseen for {spoken(unseen.seconds)}", unseen)


def _more_alerts(record: Record) -> str:
    count = len(record.firings) - 1
    if count < 1:
        return ""
    last = max(firing.start for firing in record.firings)
    alerts = "One more alert" if count == 1 else f"{count} more alerts"
    return said(
        f"{alerts} followed, the last at {clock_time(last, record)}",
        *record.of("alert.attached", "alert.more")[1:4],
    )


def response(record: Record) -> str:
    steps = [_acknowledged(record), _command(record), _runbooks(record)]
    steps += [_step(record, "mitigate", "The harm was stopped"), _talk(record)]
    return bullets(step for step in steps if step)


def _acknowledged(record: Record) -> str:
    return _step(record, "acknowledge", "It was acknowledged")


def _step(record: Record, slug: str, text: str) -> str:
    figure = record.figure(slug)
    if figure is None:
        return ""
    move = next((fact for fact in record.facts if fact.seq == figure.seq), None)
    who = f" by {plain(move.actor_name)}" if move else ""
    return said(f"{text}{who} {spoken(figure.seconds)} after opening", figure)


def against(figure: Figure) -> str:
    """How a figure compares with its target: ", within the target of 15 minutes"."""
    if figure.target is None:
        return ""
    target = spoken(figure.target)
    if figure.is_late:
        return f", {spoken(figure.seconds - figure.target)} past the target of {target}"
    return f", within the target of {target}"


def _command(record: Record) -> str:
    first = next(
        (
            fact
            for fact in record.of("incident.role_assigned")
            if fact.data["role"] == IncidentRole.COMMANDER
        ),
        None,
    )
    if first is None:
        return ""
    delay = (first.occurred_at - record.incident.opened_at).total_seconds()
    when = "from the start" if delay < 1 else f"{spoken(delay)} after opening"
    return said(f"{plain(str(first.data['name']))} was in command {when}", first)


def _runbooks(record: Record) -> str:
    started = record.of("runbook.started")
    if not started:
        return ""
    names = ", ".join(dict.fromkeys(quoted(str(fact.data["title"])) for fact in started))
    ticked = record.of("runbook.step_ticked")
    steps = f"; steps ticked: {len(ticked)}" if ticked else ""
    which = "The runbook" if len(started) == 1 else "The runbooks"
    return said(f"{which} {names} guided the work{steps}", *started)


def _talk(record: Record) -> str:
    if not record.messages:
        return ""
    messages = "message was" if record.messages == 1 else "messages were"
    return f"{record.messages} {messages} written in the war room."


def recovery(record: Record) -> str:
    told = [_with_reason(fact) for fact in _ending_moves(record)]
    done = [text for text in (*told, _quiet(record)) if text]
    if not any(fact.data.get("reason") for fact in _ending_moves(record)):
        return paragraphs(asking("recovery"), bullets(done))
    return bullets(done)


def _ending_moves(record: Record) -> list[Fact]:
    ending = ("mitigated", "monitoring", "resolved", "closed")
    return [fact for fact in record.of("incident.state_changed") if fact.data.get("new") in ending]


def _with_reason(fact: Fact) -> str:
    reason = plain(str(fact.data.get("reason", "")))
    why = f": {reason}" if reason else ""
    verb = {
        "mitigated": "The harm was stopped",
        "monitoring": "Watching began",
        "resolved": "It was resolved",
        "closed": "It was closed",
    }[str(fact.data["new"])]
    return said(f"{verb} by {plain(fact.actor_name)}{why}", fact)


def _quiet(record: Record) -> str:
    ends = [firing.end for firing in record.firings]
    if not ends or None in ends:
        still = ends.count(None)
        alert = "One alert" if still == 1 else f"{still} alerts"
        return f"{alert} had not cleared when this was written." if still else ""
    last = max(end for end in ends if end is not None)
    over = record.of("alert.resolved")
    return f"The last alert cleared at {clock_time(last, record)}.{cited(*over[-1:])}"
