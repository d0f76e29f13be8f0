"""Pages that bring incidents together and take them apart: merge, undo, split."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from incidents import access
from incidents.kernel.errors import Conflict, DomainError, Invalid
from incidents.models import Incident, Severity, User
from incidents.pipeline import merging
from incidents.pipeline.triage import Severities
from incidents.selectors import relations
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities
from incidents.web.typed import text

MOST_SHOWN = 51
ALERTS_SHOWN = 500
COMMAND, RESPOND = "incident.command", "incident.respond"


@dataclass(frozen=True, slots=True)
class Part:
    """One of those to be merged; `problem` says why it cannot go into the target."""

    incident: Incident
    alerts: int
    is_target: bool
    problem: str
    without: str


def _asked(request: Request) -> list[Incident]:
    """The incidents that the address or the form names, each once."""
    given = request.POST if request.method == "POST" else request.GET
    refs = list(dict.fromkeys(given.getlist("ref")))[:MOST_SHOWN]
    found = [access.incident_for(request.principal, ref) for ref in refs]
    return list({each.pk: each for each in found}.values())


def _target(request: Request, incidents: Sequence[Incident]) -> Incident | None:
    """What was chosen, else the one that people are at longest: open, worst, first."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = next((each for each in incidents if each.reference == given.get("target")), None)
    likely = sorted(
        incidents, key=lambda i: (i.is_merged, i.is_over, -i.private, i.severity.rank, i.pk)
    )
    return chosen or next(iter(likely), None)


def _problem(request: Request, source: Incident, target: Incident) -> str:
    for each in (source, target):
        if each.is_merged:
            return f"{each.reference} is merged into another incident already."
        if not access.may(request.principal, COMMAND, each):
            return f"Only a commander may merge {each.reference}."
    try:
        merging.check_pair(source, target)
    except Conflict as error:
        return str(error)
    return ""


def _address(incidents: Sequence[Incident], **more: str) -> str:
    refs = [("ref", each.reference) for each in incidents]
    return "?" + urlencode([*refs, *more.items()])


def _part(
    request: Request, incident: Incident, incidents: Sequence[Incident], target: Incident
) -> Part:
    is_target = incident.pk == target.pk
    return Part(
        incident=incident,
        alerts=incident.alerts.count(),
        is_target=is_target,
        problem="" if is_target else _problem(request, incident, target),
        without=_address([each for each in incidents if each != incident]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.respond")
def merge(request: Request) -> HttpResponse:
    """What merging would do, and doing it: `?ref=INC-1&ref=INC-2`, `target` names which goes on."""
    incidents = _asked(request)
    target = _target(request, incidents)
    if request.method != "POST" or target is None:
        return _merge_page(request, incidents, target)
    try:
        return _merge(request, incidents, target)
    except DomainError as error:
        return _merge_page(request, incidents, target, error)


def _merge(request: Request, incidents: Sequence[Incident], target: Incident) -> HttpResponse:
    sources = merging.may_merge(request.principal, target, [each.pk for each in incidents])
    people = relations.people_of(sources, but=target)
    taken = set(request.POST.getlist("responder"))
    merging.merge_for(
        request.principal,
        target,
        sources,
        title=text(request, "title"),
        severity=_severity(request),
        responders=[user for user in people if user.username in taken],
        reason=text(request, "reason")[:300],
    )
    names = ", ".join(each.reference for each in sources)
    messages.success(request, f"Merged {names} into {target.reference}. It can be undone.")
    return redirect(target.get_absolute_url())


def _severity(request: Request) -> Severity | None:
    word = text(request, "severity")
    return Severities.load().named(word) if word else None


def _merge_page(
    request: Request,
    incidents: Sequence[Incident],
    target: Incident | None,
    error: DomainError | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "parts": [_part(request, each, incidents, target) for each in incidents if target],
        "target": target,
        "error": error,
        "severities": Severity.objects.all(),
        "may": abilities(request.principal),
        **_search(request, incidents, target),
    }
    if target is not None:
        context |= _plan(incidents, target, context["parts"])
    status = error.status if error else 200
    return render(request, "incidents/merge.html", context, status=status)


def _search(
    request: Request, incidents: Sequence[Incident], target: Incident | None
) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:100].replace("\0", "")
    found: list[tuple[Incident, str]] = []
    if text or len(incidents) < 2:
        visible = access.visible_incidents(request.principal)
        chosen = {each.pk for each in incidents}
        near = relations.candidates(visible.exclude(pk__in=chosen), target, text)
        goes_on = {"target": target.reference} if target and len(incidents) > 1 else {}
        found = [(each, _address([*incidents, each], **goes_on)) for each in near]
    return {"q": text, "found": found}


def _plan(incidents: Sequence[Incident], target: Incident, parts: Sequence[Part]) -> dict[str, Any]:
    sources = [each for each in incidents if each != target]
    worst = min(incidents, key=lambda each: each.severity.rank).severity
    people: list[User] = relations.people_of(sources, but=target) if sources else []
    return {
        "sources": sources,
        "moving": sum(part.alerts for part in parts if not part.is_target),
        "problems": [part.problem for part in parts if part.problem],
        "worst": worst,
        "people": people,
    }


@require_POST
@requires("incident.respond")
def unmerge(request: Request, ref: str) -> HttpResponse:
    parted = merging.unmerge_for(request.principal, ref)
    count = f"{parted.alerts} alert{'s' * (parted.alerts != 1)}"
    messages.success(request, f"{parted.incident.reference} is on its own again, with {count}.")
    for note in parted.notes:
        messages.warning(request, f"{note}.")
    return redirect(parted.incident.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.respond")
def split(request: Request, ref: str) -> HttpResponse:
    """Choose alerts that belong to something else, and name that."""
    incident = access.incident_for(request.principal, ref, RESPOND)
    if request.method != "POST":
        return _split_page(request, incident)
    try:
        new = merging.split_for(request.principal, ref, _division(request, incident))
    except DomainError as error:
        return _split_page(request, incident, error)
    messages.success(request, f"Split off {new.reference} from {incident.reference}.")
    return redirect(new.get_absolute_url())


def _division(request: Request, incident: Incident) -> merging.Division:
    chosen = [text for text in request.POST.getlist("alert") if _is_number(text)]
    title = text(request, "title")
    if not title:
        raise Invalid("The new incident needs a title.", "Say what is broken.", field="title")
    return merging.Division(
        alert_ids=[int(text) for text in chosen],
        title=title[:300],
        severity=_severity(request) or incident.severity,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _split_page(
    request: Request, incident: Incident, error: DomainError | None = None
) -> HttpResponse:
    alerts = relations.alerts_of(incident, ALERTS_SHOWN)
    given = request.POST if request.method == "POST" else request.GET
    context = {
        "incident": incident,
        "alerts": alerts,
        "total": incident.alerts.count() if len(alerts) == ALERTS_SHOWN else len(alerts),
        "chosen": set(given.getlist("alert")),
        "title": given.get("title", ""),
        "severity": given.get("severity") or incident.severity.code,
        "severities": Severity.objects.all(),
        "error": error,
        "may": abilities(request.principal, incident),
    }
    return render(request, "incidents/split.html", context, status=error.status if error else 200)
