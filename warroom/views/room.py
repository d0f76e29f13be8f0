"""The room's page, and its parts for refreshing them in place."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from incidents import access
from incidents.models import Alert, Incident, Severity
from incidents.selectors import changes
from incidents.web import custom_fields
from incidents.web.guard import Request, requires
from warroom.models import emoji
from warroom.rendering import Item, item_of
from warroom.selectors import log, messages, offers
from warroom.selectors import tasks as task_selectors
from warroom.services import seats
from warroom.services.files.keeping import limits
from warroom.views import around as selectors
from warroom.views import bridge, clocks, commands, links, record, stages, tabs, triage

LOG_PAGE = 50
EARLIER_PAGE = 100
Context = dict[str, Any]


def _found(request: Request, ref: str) -> tuple[Incident, Context]:
    """The incident with its roles, and what every part of the page needs."""
    incident = access.incident_for(request.principal, ref)
    selectors.load_roles(incident)
    actor = request.principal.actor
    return incident, {
        "incident": incident,
        "may": links.abilities_in(request.principal, incident),
        "me": {"handle": actor.handle, "name": actor.name},
        "roles": selectors.roles(incident),
    }


def _head_context(request: Request, incident: Incident) -> Context:
    alerts = selectors.alerts(incident)
    possible = selectors.possible_moves(request.principal, incident)
    return {
        "moves": possible,
        "alerts": alerts,
        "open_tasks": task_selectors.count_open(incident),
        "brief": selectors.brief_of(incident, alerts, possible),
        "gone": links.gone(request.principal, incident),
    } | clocks.context(request, incident)


def _tab_context(request: Request, incident: Incident, head: Context) -> Context:
    alerts: list[Alert] = head["alerts"]
    tab = tabs.asked(request.GET.get("tab", ""))
    timeline = selectors.timeline(incident, before=number(request.GET.get("until")))
    more = f"?tab=timeline&until={timeline.more_before}" if timeline.more_before else ""
    counts = selectors.counts(incident, alerts)
    said = number(request.GET.get("said")) if tab.code == "tasks" else None
    is_overview = tab.code == "overview"
    overview = _overview_context(request, incident, head) if is_overview else {}
    shown = {
        "timeline": counts.timeline,
        "tasks": head["open_tasks"],
        "alerts": counts.alerts,
        "files": counts.files,
    }
    return (
        overview
        | tabs.context(tab, incident, shown, asked=f"said={said}" if said else "")
        | {
            "timeline": timeline.facts,
            "timeline_more": more,
            "counts": counts,
            "alerts_total": counts.alerts,
            "recent_changes": changes.around(incident) if is_overview else [],
        }
    )


def _overview_context(request: Request, incident: Incident, head: Context) -> Context:
    found = triage.context(request, incident) | record.context(incident)
    services = custom_fields.services_for(incident)
    found["services"] = services
    found["particulars"] = custom_fields.particulars(incident, services)
    return found | stages.context(incident, head["pace"], head["stage_rows"])


def _log_context(request: Request, incident: Incident, limit: int) -> Context:
    found = _asked_log(request, incident, limit)
    reader = request.principal.actor.handle
    items = [
        item_of(entry.fact, entry.said, files=entry.files, reader=reader) for entry in found.entries
    ]
    return {"items": items, "more_before": found.more_before, "more_after": found.more_after}


def _asked_log(request: Request, incident: Incident, limit: int) -> log.Log:
    """The newest rows, those before or after a number, or those around a message."""
    before, after = number(request.GET.get("before")), number(request.GET.get("after"))
    if after is not None:
        return log.after(incident.pk, limit, after)
    wanted = number(request.GET.get("message"))
    if wanted is not None:
        return log.around(incident.pk, limit, messages.row_of(incident, wanted))
    return log.latest(incident.pk, limit, before=before)


def _reading_context(request: Request, incident: Incident, items: list[Item]) -> Context:
    """Where the reader was the last time, and which message the address is of."""
    user, wanted = request.principal.user, number(request.GET.get("message"))
    seen = messages.read_up_to(user, incident)
    unread = messages.unread(user, incident, seen) if user and seen is not None else None
    me = request.principal.actor.handle
    new = (i.seq for i in items if seen is not None and i.seq > seen and i.actor_handle != me)
    return {"unread": unread, "new_from": next(new, None), "wanted": wanted}


def number(text: str | None) -> int | None:
    small = text is not None and text.isascii() and text.isdecimal() and len(text) < 10
    return int(text) if text and small else None


@require_safe
@requires("incident.read")
def room(request: Request, ref: str) -> HttpResponse:
    incident, context = _found(request, ref)
    context |= _head_context(request, incident)
    context |= _tab_context(request, incident, context)
    context["assignable"] = selectors.assignable()
    htmx = getattr(request, "htmx", None)
    if htmx and htmx.target in ("tab", "timeline", "triage-found"):
        return render(request, "warroom/_tab.html", context)
    context |= _log_context(request, incident, LOG_PAGE) | bridge.context(incident)
    context |= _reading_context(request, incident, context["items"]) | {
        "uploads": limits(),
        "emoji": emoji.COMMON_CHARS,
        "emoji_names": emoji.NAMES.items(),
        "people": selectors.people(incident, you=context["me"]["handle"]),
        "pinned": context["pinned"] if "pinned" in context else record.pinned(incident),
        **links.context(request.principal, incident),
        "is_full": seats.is_full_for(request.principal, incident),
        "catch_up": clocks.missed(request, incident),
        "severities": Severity.objects.all(),
        "slash_commands": commands.offered(request, incident),
    }
    return render(request, "warroom/room.html", context)


@require_safe
@requires("incident.read")
def head(request: Request, ref: str) -> HttpResponse:
    return draw_head(request, ref)


def draw_head(request: Request, ref: str) -> HttpResponse:
    incident, context = _found(request, ref)
    return render(request, "warroom/_head.html", context | _head_context(request, incident))


@require_safe
@requires("incident.read")
def rail(request: Request, ref: str) -> HttpResponse:
    return draw_rail(request, ref)


def draw_rail(request: Request, ref: str) -> HttpResponse:
    incident, context = _found(request, ref)
    alerts = selectors.alerts(incident)
    context |= bridge.context(incident) | {
        "alerts": alerts,
        "counts": selectors.counts(incident, alerts),
        "assignable": selectors.assignable(),
        "pinned": record.pinned(incident),
        **links.context(request.principal, incident),
        "offers": offers.waiting(incident),
    }
    return render(request, "warroom/_rail.html", context)


@require_safe
@requires("incident.read")
def items(request: Request, ref: str) -> HttpResponse:
    """Earlier or later rows of the log; without a script the page itself shows them."""
    incident = access.incident_for(request.principal, ref)
    if not getattr(request, "htmx", None):
        return redirect(f"{incident.get_absolute_url()}?{request.GET.urlencode()}")
    context = {"incident": incident, "later": "after" in request.GET}
    context |= _log_context(request, incident, EARLIER_PAGE)
    return render(request, "warroom/_items.html", context)
