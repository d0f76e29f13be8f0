"""What happened and whom it hurt: the summary and the impact."""

from incidents.kernel.durations import spoken
from incidents.models import IncidentRole, IncidentType
from incidents.models.triage import in_sentence
from postmortems.models import Contribution, Record
from postmortems.services.narrative.prose import (
    after,
    asking,
    cited,
    clock_time,
    day,
    often,
    paragraphs,
    plain,
    quoted,
    said,
    span,
)


def summary(record: Record) -> str:
    return paragraphs(
        " ".join(
            filter(None, (_opening(record), _kind(record), _severity(record), _ending(record)))
        ),
        record.incident.summary,
        " ".join(filter(None, (_people(record), _public(record)))),
        _cause(record),
    )


def _opening(record: Record) -> str:
    incident = record.incident
    where = f" on {plain(incident.service.name)}" if incident.service else ""
    environment = f" ({plain(incident.environment)})" if incident.environment else ""
    opened = record.opened
    level = str(opened.data["severity"]) if opened else incident.severity.code
    return said(
        f"{quoted(incident.title)} was opened at {level}{where}{environment} "
        f"on {day(incident.opened_at)} at {clock_time(incident.opened_at, record)} UTC",
        opened,
    )


def _kind(record: Record) -> str:
    """Its type and category, with the fact that says so; nothing where nothing is known."""
    incident = record.incident
    if incident.type == IncidentType.OTHER:
        return ""
    kind, category = incident.get_type_display(), incident.get_category_display().lower()
    told = record.of("incident.triaged") + record.of("incident.classified")
    return said(f"Its type is {in_sentence(kind)} ({category})", *told[-1:])


def _severity(record: Record) -> str:
    changes = record.of("incident.severity_changed")
    if not changes:
        return ""
    told = ", then ".join(
        f"{'raised' if change.data['new'] < change.data['old'] else 'lowered'} "
        f"to {change.data['new']} at {clock_time(change.occurred_at, record)}"
        for change in changes
    )
    return said(f"It was {told}", *changes)


def _ending(record: Record) -> str:
    incident = record.incident
    resolved = record.figure("resolve")
    if incident.resolved_at is None or resolved is None:
        return said(
            f"It was still open when this was written, {span(incident.opened_at, record.until)} "
            f"later, and {incident.get_state_display().lower()}"
        )
    wrong = "; it turned out to be a false alarm" if incident.false_positive else ""
    text = f"It was resolved at {clock_time(incident.resolved_at, record)}"
    return said(f"{text}, {after(resolved.seconds)}{wrong}", resolved)


def _people(record: Record) -> str:
    led = [p for p in record.people if IncidentRole.COMMANDER.label in p.roles]
    names = " and then ".join(plain(person.name) for person in led)
    leading = said(f"{names} commanded the incident", *_cites(led)) if led else ""
    count = len(record.people)
    took = f"{count} {'person' if count == 1 else 'people'} took part." if count > 1 else ""
    alerts = len(record.firings)
    fired = (
        f"{alerts} {'alert belongs' if alerts == 1 else 'alerts belong'} to it." if alerts else ""
    )
    return " ".join(filter(None, (leading, took, fired)))


def _cites(people: list[Contribution]) -> list[int]:
    return [seq for person in people for seq in person.cites]


def _public(record: Record) -> str:
    told = record.of("status.published")
    if not told:
        return "Nothing was said on the status page."
    delay = (told[0].occurred_at - record.incident.opened_at).total_seconds()
    when = "at once" if delay < 1 else f"{spoken(delay)} after opening"
    first = "" if len(told) == 1 else ", first"
    return said(f"Customers were told {often(len(told))}{first} {when}", told[0], told[-1])


def _cause(record: Record) -> str:
    cause = record.incident.root_cause.strip().partition("\n")[0]
    return f"Cause: {cause}{'' if cause.endswith('.') else '.'}" if cause else ""


def impact(record: Record) -> str:
    known = paragraphs(record.incident.customer_impact, _public_components(record), _harm(record))
    if record.incident.customer_impact.strip():
        return known
    return paragraphs(asking("impact"), known)


def _public_components(record: Record) -> str:
    """What the status page showed as affected, at its worst."""
    told = record.of("status.published")
    names: dict[str, str] = {}
    for fact in told:
        for name, state in fact.data.get("components", {}).items():
            if str(state) != "operational":
                names.setdefault(str(name), str(state).replace("_", " "))
    if not names:
        return ""
    shown = ", ".join(f"{plain(name)} ({state})" for name, state in names.items())
    return said(f"On the status page: {shown}", *told[:1])


def _harm(record: Record) -> str:
    """How long the harm may have lasted, which the record knows only where it was stopped."""
    incident = record.incident
    if incident.mitigated_at is None:
        return ""
    lasted = (incident.mitigated_at - incident.began_at).total_seconds()
    return (
        f"From its beginning at {clock_time(incident.began_at, record)} until the harm was stopped "
        f"at {clock_time(incident.mitigated_at, record)} it lasted {spoken(lasted)}."
        f"{cited(record.opened, record.figure('mitigate'))}"
    )
