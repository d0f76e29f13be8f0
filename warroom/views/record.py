"""Pins, decisions and hypotheses of a room."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents import access
from incidents.commands.people import person
from incidents.kernel.errors import Invalid
from incidents.models import Incident
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities
from incidents.web.typed import text
from warroom.models import Verdict
from warroom.rendering import item_of
from warroom.selectors import pins as pin_selectors
from warroom.selectors import record as selectors
from warroom.services import decisions, hypotheses, pins
from warroom.services.text import whole
from warroom.views.answers import back, is_fragment

Context = dict[str, Any]


def pinned(incident: Incident) -> list[Context]:
    """What is pinned, as the log draws it, with who pinned it."""
    found = pin_selectors.pinned(incident)
    return [{"pin": each.pin, "item": item_of(each.entry.fact, each.entry.said)} for each in found]


def context(incident: Incident) -> Context:
    """What the overview shows of it. Five queries, three where nothing is pinned."""
    found = selectors.decisions(incident)
    return {
        "pinned": pinned(incident),
        "decisions": found,
        "standing": [decision for decision in found if decision.superseded_by_id is None],
        "hypotheses": selectors.hypotheses(incident),
    }


@require_safe
@requires("incident.read")
def known(request: Request, ref: str) -> HttpResponse:
    """What is pinned, decided and supposed."""
    incident = access.incident_for(request.principal, ref)
    shown = context(incident)
    shown |= {"incident": incident, "may": abilities(request.principal, incident)}
    name = "warroom/_known.html" if is_fragment(request) else "warroom/known.html"
    return render(request, name, shown)


def _responds(request: Request, ref: str) -> Incident:
    return access.incident_for(request.principal, ref, "incident.respond")


def _done(request: Request, incident: Incident, fragment: str) -> HttpResponse:
    return back(request, f"{incident.get_absolute_url()}?tab=overview#{fragment}")


@require_POST
@requires("incident.respond")
def pin(request: Request, ref: str, seq: int) -> HttpResponse:
    """Pin the fact, or with `unpin` take its pin away."""
    incident = _responds(request, ref)
    actor = request.principal.actor
    if text(request, "unpin"):
        pins.unpin(incident_id=incident.pk, seq=seq, actor=actor)
    else:
        pins.pin(incident_id=incident.pk, seq=seq, actor=actor)
    if is_fragment(request):
        return HttpResponse(status=204)
    return _done(request, incident, "pinned")


@require_POST
@requires("incident.respond")
def decide(request: Request, ref: str) -> HttpResponse:
    incident = _responds(request, ref)
    handle = text(request, "decider")
    content = decisions.DecisionContent(
        text=text(request, "text"),
        why=text(request, "why"),
        alternatives=text(request, "alternatives"),
        decider=person(handle, request.principal) if handle else None,
        supersedes=whole(text(request, "supersedes")),
    )
    decisions.record(incident_id=incident.pk, content=content, actor=request.principal.actor)
    return _done(request, incident, "decisions")


@require_POST
@requires("incident.respond")
def propose(request: Request, ref: str) -> HttpResponse:
    incident = _responds(request, ref)
    hypotheses.propose(
        incident_id=incident.pk, text=text(request, "text"), actor=request.principal.actor
    )
    return _done(request, incident, "hypotheses")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.respond")
def judge(request: Request, ref: str, hypothesis: int) -> HttpResponse:
    incident = _responds(request, ref)
    row = hypotheses.numbered(incident, hypothesis)
    shown = {"incident": incident, "hypothesis": row, "verdicts": Verdict.choices}
    if request.method != "POST":
        return render(request, "warroom/hypothesis.html", shown)
    given = {"verdict": text(request, "verdict"), "evidence": text(request, "evidence")}
    try:
        hypotheses.judge(
            incident_id=incident.pk, number=hypothesis, actor=request.principal.actor, **given
        )
    except Invalid as error:
        shown |= {"error": error, "given": given}
        return render(request, "warroom/hypothesis.html", shown, status=422)
    return _done(request, incident, "hypotheses")
