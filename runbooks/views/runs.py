"""Runbooks at work: the panel of an incident, and one run with a tick per step.

Every action is a plain form; htmx replaces the part that changed instead of the page.
"""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from incidents import access
from incidents.models import Incident
from incidents.web.guard import Request, requires
from runbooks import selectors, services
from runbooks.models import RunbookRun
from runbooks.rendering import progress

RECOMMENDED = 3


@require_safe
@requires("incident.read")
def panel(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref)
    name = "runbooks/_panel.html" if _is_fragment(request) else "runbooks/panel.html"
    return render(request, name, _panel(request, incident))


def _is_fragment(request: Request) -> bool:
    """Whether htmx asks, to replace a part of the page that is there."""
    return bool(getattr(request, "htmx", False))


def _panel(request: Request, incident: Incident) -> dict[str, Any]:
    runs = [progress(run) for run in selectors.runs_of(incident)]
    open_runs = [each for each in runs if not each.run.is_finished]
    under_way = {pk for each in open_runs if (pk := each.run.runbook_id)}
    suggested = services.match(incident)
    return {
        "incident": incident,
        "suggestions": [each for each in suggested if each.runbook.pk not in under_way],
        "open_runs": open_runs,
        "finished_runs": [each for each in runs if each.run.is_finished],
        "others": selectors.startable().exclude(pk__in=under_way),
        "may_run": access.may(request.principal, "runbook.run", incident),
        "in_panel": True,
    }


@require_safe
@requires("incident.read")
def recommended(request: Request, ref: str) -> HttpResponse:
    """The best suggestions in brief, for the triage of an incident."""
    incident = access.incident_for(request.principal, ref)
    context = {"incident": incident, "suggestions": services.match(incident, limit=RECOMMENDED)}
    name = "runbooks/_recommended.html" if _is_fragment(request) else "runbooks/recommended.html"
    return render(request, name, context)


@require_POST
@requires("runbook.run")
def start(request: Request, ref: str) -> HttpResponse:
    """Start the runbook chosen in the panel of an incident."""
    incident = access.incident_for(request.principal, ref, "runbook.run")
    runbook = selectors.runbook(request.POST.get("runbook", ""))
    run = services.start(
        incident_id=incident.pk, runbook_id=runbook.pk, actor=request.principal.actor
    )
    if _is_fragment(request):
        return render(request, "runbooks/_panel.html", _panel(request, incident))
    return redirect(run)


@require_POST
@requires("runbook.run")
def begin(request: Request, slug: str) -> HttpResponse:
    """Start a runbook from its own page, for the incident chosen there."""
    runbook = selectors.runbook(slug)
    ref = request.POST.get("incident", "")[:60]
    incident = access.incident_for(request.principal, ref, "runbook.run")
    run = services.start(
        incident_id=incident.pk, runbook_id=runbook.pk, actor=request.principal.actor
    )
    return redirect(run)


@require_safe
@requires("runbook.read")
def run(request: Request, run: int) -> HttpResponse:
    found = selectors.run(request.principal, run, "incident.read")
    return render(request, "runbooks/run.html", _one(request, found))


def _one(request: Request, found: RunbookRun) -> dict[str, Any]:
    return {
        "shown": progress(found),
        "incident": found.incident,
        "may_run": access.may(request.principal, "runbook.run", found.incident),
        "in_panel": False,
    }


@require_POST
@requires("runbook.run")
def step(request: Request, run: int, step: int) -> HttpResponse:
    found = selectors.run(request.principal, run, "runbook.run")
    services.tick(
        run_id=found.pk,
        index=step,
        done="done" in request.POST,
        note=request.POST.get("note"),
        actor=request.principal.actor,
    )
    return _answer(request, found)


@require_POST
@requires("runbook.run")
def finish(request: Request, run: int) -> HttpResponse:
    found = selectors.run(request.principal, run, "runbook.run")
    services.finish(run_id=found.pk, actor=request.principal.actor)
    return _answer(request, found)


def _answer(request: Request, found: RunbookRun) -> HttpResponse:
    """The part of the page that the form stood in; without htmx, that page."""
    in_panel = "panel" in request.POST
    if not _is_fragment(request):
        where = found.incident.get_absolute_url() + "?tab=runbooks"
        return HttpResponseRedirect(where) if in_panel else redirect(found)
    if in_panel:
        return render(request, "runbooks/_panel.html", _panel(request, found.incident))
    fresh = selectors.run(request.principal, found.pk, "incident.read")
    return render(request, "runbooks/_run.html", _one(request, fresh))
