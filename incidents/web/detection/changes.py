"""Changing rules and sources, and trying them before they are believed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from incidents.kernel.durations import latency
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import DetectionRule, RuleMode, TelemetrySource
from incidents.sources.detection import KINDS, backtest, trial
from incidents.sources.detection.writing import delete_rule, delete_source, save_rule
from incidents.telemetry import CLIENTS
from incidents.web.detection.forms import RuleForm, SourceForm, kinds, source_kinds
from incidents.web.detection.pages import found, rule_page
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities


def _chosen_kind(request: Request, known: Any, usual: str) -> str:
    kind = request.POST.get("kind") or request.GET.get("kind") or usual
    return kind if kind in known else usual


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def new_rule(request: Request) -> HttpResponse:
    return _edit(request, DetectionRule(), _chosen_kind(request, KINDS, "threshold"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def edit_rule(request: Request, pk: int) -> HttpResponse:
    rule = found(pk)
    return _edit(request, rule, _chosen_kind(request, KINDS, rule.kind))


def _edit(request: Request, rule: DetectionRule, kind: str) -> HttpResponse:
    """Two buttons: one saves, the other tries what was typed on live data and saves nothing."""
    form, tried = RuleForm(request.POST or None, rule=rule, kind=kind), None
    if request.method == "POST":
        if request.POST.get("do") == "test":
            tried = trial.run(rule) if form.read() else None
        elif form.save():
            messages.success(request, f"“{rule.name}” is saved.")
            return redirect("web:detection_rule", pk=rule.pk)
    context = {
        "form": form,
        "rule": rule,
        "kind": KINDS[kind],
        "kind_slug": kind,
        "kinds": kinds(),
        "trial": tried,
        "may": abilities(request.principal),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/detection/rule_form.html", context, status=status)


@require_POST
@requires("config.write")
def change_rule(request: Request, pk: int) -> HttpResponse:
    """off | shadow | live | delete, by the field `action`."""
    rule, action = found(pk), request.POST.get("action", "")
    if action == "delete":
        delete_rule(rule)
        messages.success(request, f"“{rule.name}” is deleted.")
        return redirect("web:detection")
    if action not in RuleMode.values:
        raise Invalid("That is no mode of a rule.", "Use off, shadow, live or delete.")
    save_rule(rule, {"mode": action})
    messages.success(request, f"“{rule.name}” {_NOW[RuleMode(action)]}")
    return redirect("web:detection_rule", pk=pk)


_NOW = {
    RuleMode.OFF: "is off. Alerts that it had open are closed within seconds.",
    RuleMode.SHADOW: "is in shadow: it writes down what it would open, and tells nobody.",
    RuleMode.LIVE: "is live: it opens alerts.",
}


@never_cache
@require_POST
@requires("config.write")
def test_rule(request: Request, pk: int) -> HttpResponse:
    rule = found(pk)
    return rule_page(request, rule, trial=trial.run(rule))


@require_POST
@requires("config.write")
def test_on_history(request: Request, pk: int) -> HttpResponse:
    days = request.POST.get("days", "")
    asked = int(days) if days.isdecimal() and len(days) < 4 else 0
    backtest.ask_for(found(pk), days=asked, user=request.principal.user)
    return redirect(f"{request.path.removesuffix('/backtest')}#backtest")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def new_source(request: Request) -> HttpResponse:
    return _edit_source(request, TelemetrySource(), _chosen_kind(request, CLIENTS, "prometheus"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def edit_source(request: Request, pk: int) -> HttpResponse:
    source = _source(pk)
    if request.POST.get("action") == "delete":
        delete_source(source)
        messages.success(request, f"“{source.name}” is deleted.")
        return redirect("web:detection")
    if request.POST.get("action") == "ask":
        _ask(request, source)
        return redirect(request.path)
    return _edit_source(request, source, source.kind)


def _ask(request: Request, source: TelemetrySource) -> None:
    told = trial.ask(source)
    if told.error:
        messages.error(request, f"{source.name}: {told.error[:300]}")
    else:
        messages.success(request, f"{source.name} answered in {latency(told.seconds)}.")


def _source(pk: int) -> TelemetrySource:
    source = TelemetrySource.objects.filter(pk=pk).first()
    if source is None:
        raise NotFound("There is no such source.", "It may have been deleted.")
    return source


def _edit_source(request: Request, source: TelemetrySource, kind: str) -> HttpResponse:
    form = SourceForm(request.POST or None, source=source, kind=kind)
    if request.method == "POST" and form.save():
        messages.success(request, f"“{source.name}” is saved.")
        return redirect("web:detection")
    context = {
        "form": form,
        "source": source,
        "client": CLIENTS[kind],
        "kind_slug": kind,
        "kinds": source_kinds(),
        "rules": source.rules.count() if source.pk else 0,
        "may": abilities(request.principal),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/detection/source_form.html", context, status=status)
