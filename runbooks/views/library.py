"""The library, one runbook to read, and its history."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.models import OVER
from incidents.web.guard import Request, requires
from runbooks import selectors, services
from runbooks.models import Category, Runbook
from runbooks.rendering import changes, difference, outline, to_html

INCIDENTS_OFFERED = 50


@require_safe
@requires("runbook.read")
def library(request: Request) -> HttpResponse:
    filters = {name: request.GET.get(name, "")[:100] for name in ("q", "category", "tag")}
    rows = selectors.library(text=filters["q"], category=filters["category"], tag=filters["tag"])
    found = list(rows[: selectors.SHOWN + 1])
    shown = sorted(found[: selectors.SHOWN], key=lambda each: Category.values.index(each.category))
    context = {
        "groups": [
            (Category(code).label, list(group))
            for code, group in groupby(shown, key=lambda each: each.category)
        ],
        "count": len(shown),
        "more": len(found) > len(shown),
        "filters": filters,
        "filtered": any(filters.values()),
        "categories": selectors.categories(),
        "may": _may(request),
    }
    return render(request, "runbooks/library.html", context)


def _may(request: Request) -> dict[str, bool]:
    return {
        "run": access.may(request.principal, "runbook.run"),
        "edit": access.may(request.principal, "runbook.edit"),
    }


@require_safe
@requires("runbook.read")
def runbook(request: Request, slug: str) -> HttpResponse:
    found = selectors.runbook(slug)
    parts = outline(found.body)
    visible = access.visible_incidents(request.principal).exclude(state__in=OVER)
    context = {
        **_about(request, found, "steps"),
        "introduction": to_html(parts.introduction),
        "steps": [(step.title, to_html(step.body)) for step in parts.steps],
        "record": selectors.record_of(found),
        "incidents": visible.select_related("severity").order_by("severity__rank", "-opened_at")[
            :INCIDENTS_OFFERED
        ],
        "chosen": request.GET.get("incident", "")[:60],
    }
    return render(request, "runbooks/runbook.html", context)


def _about(request: Request, found: Runbook, tab: str) -> dict[str, Any]:
    return {"runbook": found, "tab": tab, "may": _may(request)}


@require_safe
@requires("runbook.read")
def history(request: Request, slug: str) -> HttpResponse:
    found = selectors.runbook(slug)
    versions = list(selectors.versions(found).select_related("owner"))
    new = _number(request.GET.get("to", "")) or found.version
    old = _number(request.GET.get("from", "")) or new - 1
    by_number = {row.version: row for row in versions}
    before, after = by_number.get(old), by_number.get(new) or selectors.version(found, new)
    context = {
        **_about(request, found, "history"),
        "versions": versions,
        "old": old if before else None,
        "new": new,
        "fields": changes(_in_words(before), _in_words(after)) if before else [],
        "lines": difference(before.body, after.body) if before else [],
    }
    return render(request, "runbooks/history.html", context)


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise Invalid("A version is a number.", "Choose one from the history.", field="version")
    return int(text)


def _in_words(row: Any) -> dict[str, str]:
    """The fields beside the text, as people read them."""
    return {
        "Title": row.title,
        "Address": row.slug,
        "Summary": row.summary,
        "Category": row.get_category_display(),
        "Tags": ", ".join(row.tags),
        "Owner": row.owner.name if row.owner else "",
        "Severities": ", ".join(row.severities),
        "Minutes": str(row.estimated_minutes or ""),
        "Suggested": "yes" if row.enabled else "no",
    }


@require_POST
@requires("runbook.edit")
def restore(request: Request, slug: str) -> HttpResponse:
    found = selectors.runbook(slug)
    number = _number(request.POST.get("version", ""))
    if number is None:
        raise Invalid("Say which version to restore.", "Choose one from the history.")
    services.restore(runbook_id=found.pk, version=number, actor=request.principal.actor)
    return redirect("runbooks:history", slug=found.slug)
