"""Trying a version on one signal: a captured one, or one that is pasted."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from incidents import access
from incidents.kernel import clock
from incidents.kernel.errors import DomainError, Invalid
from incidents.models import Integration, RoutingVersion
from incidents.pipeline.routing import trying, versions
from incidents.pipeline.signal import Malformed
from incidents.selectors import alerts, routing
from incidents.selectors.routing_words import Words
from incidents.sources import adapters
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities

LONGEST: Final = 512_000


@require_http_methods(["GET", "HEAD", "POST"])
@requires("routing.read")
def try_one(request: Request, number: int) -> HttpResponse:
    """GET with the id of an `alert`, or POST of a `payload` as the `integration` would send it."""
    version, trials, problem = versions.found(number), [], ""
    try:
        trials = (
            _pasted(request, version) if request.method == "POST" else _chosen(request, version)
        )
    except (DomainError, Malformed) as error:
        problem = str(error)
    words = Words.load()
    context = {
        "version": version,
        "trials": [_told(trial, words) for trial in trials],
        "problem": problem,
        "asked": bool(request.method == "POST" or request.GET.get("alert")),
        "chosen": request.GET.get("alert", ""),
        "payload": request.POST.get("payload", ""),
        "sender": request.POST.get("integration", ""),
        "alerts": routing.recent(access.visible_incidents(request.principal)),
        "integrations": Integration.objects.filter(kind__in=adapters.public_kinds()),
        "may": abilities(request.principal),
    }
    status = 422 if problem else 200
    return render(request, "incidents/routing/try.html", context, status=status)


def _chosen(request: Request, version: RoutingVersion) -> list[trying.Trial]:
    text = request.GET.get("alert", "")
    if not text:
        return []
    visible = alerts.visible(access.visible_incidents(request.principal))
    pk = int(text) if text.isdecimal() and len(text) < 19 else 0
    alert = visible.select_related("integration__service__team").filter(pk=pk).first()
    if alert is None:
        raise Invalid("There is no such alert.", "Choose one of the list.")
    signals, at = trying.stored(alert, read=adapters.read)
    if not signals:
        raise Invalid("Its message is no longer kept.", "Choose a newer alert, or paste one.")
    return trying.try_signals(version, signals, alert.integration, at)


def _pasted(request: Request, version: RoutingVersion) -> list[trying.Trial]:
    payload, sender = request.POST.get("payload", ""), request.POST.get("integration", "")
    rows = Integration.objects.select_related("service__team")
    integration = (
        rows.filter(pk=int(sender)).first() if sender.isdecimal() and len(sender) < 19 else None
    )
    if integration is None:
        raise Invalid("Say who would send it.", "Choose an integration.")
    if not payload.strip() or len(payload) > LONGEST:
        raise Invalid("Paste a message.", f"It has at most {LONGEST:,} characters.")
    signals = adapters.read(integration.kind, payload.encode(errors="replace"), integration.options)
    found = trying.try_signals(version, signals, integration, clock.now())
    if not found:
        raise Invalid("Nothing in this message fires.", "Rules look at what fires only.")
    return found


def _told(trial: trying.Trial, words: Words) -> dict[str, Any]:
    return {
        "signal": trial.signal,
        "directed": trial.directed,
        "changes": words.changes(list(trial.changes)),
        "rules": [
            {
                "sentence": words.sentence(considered.rule.as_data()),
                "verdict": considered.verdict,
                "asked": [
                    {
                        "words": words.condition(one.condition.as_data()),
                        "held": one.held,
                        "saw": one.saw,
                        "slow": one.slow,
                    }
                    for one in considered.asked
                ],
            }
            for considered in trial.considered
        ],
    }
