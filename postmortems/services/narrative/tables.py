"""Who took part, and the figures."""

from incidents.kernel.durations import spoken
from postmortems.models import Contribution, Figure, Record
from postmortems.services.narrative.prose import cited, plain


def people(record: Record) -> str:
    return "\n".join(_person(person) for person in record.people)


def _person(person: Contribution) -> str:
    parts = [", ".join(role.lower() for role in person.roles)]
    if person.messages:
        parts.append(_counted(person.messages, "message", "messages"))
    if person.deeds:
        parts.append(f"{_counted(person.deeds, 'entry', 'entries')} on the timeline")
    told = "; ".join(part for part in parts if part)
    return f"- **{plain(person.name)}**, {told}{cited(*person.cites)}"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def metrics(record: Record) -> str:
    rows = [_figure(figure) for figure in record.figures]
    rows += [
        _row("Alerts", str(len(record.firings))),
        _row("People who took part", str(len(record.people))),
        _row("Messages in the war room", str(record.messages)),
        _row("Public updates", str(len(record.of("status.published")))),
        _row("Facts on record", str(record.incident.last_seq)),
    ]
    return "\n".join(("| Measure | Value | Target | Result |", "| --- | --- | --- | --- |", *rows))


def _figure(figure: Figure) -> str:
    target = spoken(figure.target) if figure.target else ""
    met = "" if figure.target is None else "missed" if figure.is_late else "met"
    return _row(f"{figure.name}{cited(figure)}", spoken(figure.seconds), target, met)


def _row(name: str, value: str, target: str = "", met: str = "") -> str:
    return f"| {name} | {value} | {target} | {met} |"
