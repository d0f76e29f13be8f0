"""What triage made of an incident, on its overview, and the form in which people choose."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from incidents import access
from incidents.kernel.durations import brief
from incidents.models import Incident
from incidents.pipeline import classification, triage
from incidents.selectors import estimates, similar
from incidents.web.guard import Request, requires
from incidents.web.typed import text

SIMILAR_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """One field in the form. `chosen` is what a person chose, or empty."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str


def context(request: Request, incident: Incident) -> dict[str, Any]:
    """Five queries, or four without similar incidents."""
    visible = access.visible_incidents(request.principal)
    return {
        "triage": incident.triage.get("why", {}),
        "choices": list(_choices(incident)),
        "chosen_percent": _chosen(incident).get(triage.PERCENT, ""),
        "expected": _expected(estimates.expected(visible, incident)),
        "harm": estimates.harm(incident),
        "similar": similar.find(visible, incident, limit=SIMILAR_SHOWN),
    }


def _chosen(incident: Incident) -> dict[str, Any]:
    chosen: dict[str, Any] = incident.triage.get("chosen", {})
    return chosen


def _choices(incident: Incident) -> Iterator[Choice]:
    chosen = _chosen(incident)
    for name, options in classification.CHOICES.items():
        yield Choice(name, name.capitalize(), options, str(chosen.get(name, "")))


def _expected(estimate: estimates.Estimate) -> dict[str, str]:
    """In words, with how many incidents stand behind them."""
    if estimate.median is None or estimate.p80 is None:
        least = estimates.ENOUGH
        return {
            "lead": "Not enough data",
            "detail": f"{estimate.n} past with type {estimate.basis}, at least {least} are needed",
        }
    lead = f"About {brief(estimate.median)}, four of five end within {brief(estimate.p80)}"
    return {"lead": lead, "detail": f"{estimate.n} past: {estimate.basis}"}


@require_POST
@requires("incident.respond")
def classify(request: Request, ref: str) -> HttpResponse:
    """Take what is sent as a person's choice; an empty choice leaves the field to triage."""
    incident = access.incident_for(request.principal, ref, "incident.respond")
    names = (*classification.CHOICES, triage.PERCENT)
    sent = {n: request.POST[n].replace("\0", "").strip() for n in names if n in request.POST}
    triage.classify(
        incident_id=incident.pk,
        choices=sent,
        actor=request.principal.actor,
        reason=text(request, "reason")[:300],
    )
    return redirect(f"{incident.get_absolute_url()}?tab=overview#triage")
