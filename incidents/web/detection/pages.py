"""What there is to see: the overview, and one rule with its runs."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from incidents import access
from incidents.kernel import clock
from incidents.kernel.charts import Course, course, spark_against
from incidents.kernel.durations import spoken
from incidents.kernel.errors import NotFound
from incidents.models import DetectionRule, RuleMode, RuleRun
from incidents.selectors import detection
from incidents.sources.detection import KINDS, backtest
from incidents.sources.detection.library import entries
from incidents.sources.detection.rules import POLL_JOB, complete
from incidents.web.detection.words import Usual, condition, settings_in_words, usual_now
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities

HISTORY = 50


@require_safe
@requires("alert.read")
def overview(request: Request) -> HttpResponse:
    asked = {
        name: request.GET.get(name, "").strip()[:120].replace("\0", "")
        for name in ("q", "mode", "after")
    }
    mode = asked["mode"] if asked["mode"] in RuleMode.values else ""
    chosen = detection.RuleFilter(mode=mode, text=asked["q"], after=asked["after"])
    page = detection.rules(chosen)
    visible = access.visible_incidents(request.principal)
    status = detection.status(visible, poll=POLL_JOB)
    following = {"q": asked["q"], "mode": mode, "after": page.following}
    context = {
        "rows": [_row(row) for row in page.rows],
        "sources": detection.sources(),
        "status": status,
        "opened_day": sum(status.hourly),
        "hourly": spark_against(status.hourly, title="Incidents an hour, last 24 hours"),
        "modes": [(code, word, status.modes[code]) for code, word in RuleMode.choices],
        "filters": asked | {"mode": mode},
        "filtered": chosen.is_set,
        "older": f"?{urlencode({k: v for k, v in following.items() if v})}"
        if page.following
        else "",
        "may": abilities(request.principal),
    }
    return render(request, "incidents/detection/overview.html", context)


def _row(row: detection.RuleRow) -> dict[str, Any]:
    return {
        "rule": row.rule,
        "group": detection.Rank(row.rule.rank).label if hasattr(row.rule, "rank") else "",
        "last": row.last,
        "firing": row.firing,
        "precision": row.precision,
        "condition": condition(row.rule),
        "spark": _spark(row),
    }


def _spark(row: detection.RuleRow) -> Any:
    kind = KINDS.get(row.rule.kind)
    line = row.rule.threshold if kind is not None and kind.compares else None
    return spark_against(row.values, line=line, title=f"The last {len(row.runs)} values")


def _chart(shown: DetectionRule, runs: Sequence[RuleRun], usual: Sequence[Usual]) -> SafeString:
    """The worst values of the last runs, with what they are compared with."""
    if not runs:
        return SafeString("")
    kind = KINDS.get(shown.kind)
    times = [timezone.localtime(run.started_at) for run in (runs[-1], runs[0])]
    band = (usual[0].low, usual[0].high) if len(usual) == 1 else None
    return course(
        Course(
            [run.worst_value for run in reversed(runs)],
            words=(f"{times[0]:%H:%M}", f"{times[1]:%H:%M}"),
            line=shown.threshold if kind is not None and kind.compares else None,
            band=band,
        ),
        title=f"Worst values of {len(runs)} runs, {times[0]:%H:%M} to {times[1]:%H:%M}",
    )


def found(pk: int) -> DetectionRule:
    rule = complete().filter(pk=pk).first()
    if rule is None:
        raise NotFound("There is no such rule.", "It may have been deleted.")
    return rule


@require_safe
@requires("alert.read")
def rule(request: Request, pk: int) -> HttpResponse:
    return rule_page(request, found(pk))


def rule_page(request: Request, shown: DetectionRule, **more: Any) -> HttpResponse:
    """The page of one rule, with whatever was tried just now."""
    row = detection.row_of(shown)
    runs = list(shown.runs.order_by("-started_at")[:HISTORY])
    tried = shown.backtests.select_related("asked_by").order_by("-asked_at").first()
    current = shown.history.order_by("-history_id").values_list("history_id", flat=True).first()
    entry = entries().get(shown.library_slug)
    usual = usual_now(shown, clock.now())
    context = {
        **_row(row),
        "kind": KINDS.get(shown.kind),
        "settings": settings_in_words(shown),
        "every": spoken(shown.interval_seconds),
        "line": shown.kind in KINDS and KINDS[shown.kind].compares,
        "runs": runs,
        "learns": shown.kind in KINDS and KINDS[shown.kind].studies is not None,
        "usual": usual,
        "chart": _chart(shown, runs, usual),
        "findings": detection.findings(shown),
        "backtest": tried,
        "outdated": tried is not None and tried.version != current,
        "why_no_backtest": backtest.why_not(shown) if shown.kind in KINDS else "",
        "days": backtest.DAYS,
        "wanted_source": entry.source_kind if entry and shown.source is None else "",
        "may": abilities(request.principal),
        **more,
    }
    return render(request, "incidents/detection/rule.html", context)
