"""Action items: all of them, those of an incident, one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from incidents import access
from incidents.kernel import clock
from incidents.kernel.errors import NotFound
from incidents.web.guard import Request, requires
from postmortems import services
from postmortems.models import ActionItem
from postmortems.selectors import documents
from postmortems.views.abilities import abilities
from postmortems.views.forms import ActionItemForm

SHOWN = 200
STATES = ("open", "ended", "all")


@require_safe
@requires("postmortem.read")
def listing(request: Request) -> HttpResponse:
    """Overdue first, then by due date."""
    today = clock.now().date()
    visible = access.visible_incidents(request.principal)
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    rows = documents.action_items(visible, today=today, state=state)
    mine = request.GET.get("mine", "") == "1"
    if mine:
        rows = rows.filter(owner=request.principal.user)
    items = list(rows[: SHOWN + 1])
    context = {
        "items": items[:SHOWN],
        "more": len(items) > SHOWN,
        "overdue": sum(item.is_overdue(today) for item in items),
        "state": state,
        "mine": mine,
        "today": today,
        "may": abilities(request.principal),
    }
    return render(request, "postmortems/action_items.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("postmortem.write")
def add(request: Request, ref: str) -> HttpResponse:
    """Write down an action item of the incident `ref`."""
    incident = access.incident_for(request.principal, ref, "postmortem.write")
    form = ActionItemForm(request.POST or None)
    if form.is_bound and form.is_valid():
        actor = request.principal.actor
        services.add_action_item(incident_id=incident.pk, content=form.changes(), actor=actor)
        messages.success(request, "Added the action item.")
        return redirect(_back(request) or "postmortems:action_items")
    context: dict[str, Any] = {"incident": incident, "item_form": form, "item": None}
    context["back"] = _back(request)
    return _form_page(request, context, bound=form.is_bound)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("postmortem.write")
def change(request: Request, pk: int) -> HttpResponse:
    item = _item_for(request, pk)
    form = ActionItemForm(request.POST or None, item=item)
    if form.is_bound and form.is_valid():
        actor = request.principal.actor
        services.change_action_item(item_id=item.pk, changes=form.changes(), actor=actor)
        messages.success(request, "Saved the action item.")
        return redirect(_back(request) or "postmortems:action_items")
    context: dict[str, Any] = {"incident": item.incident, "item_form": form, "item": item}
    context["back"] = _back(request)
    return _form_page(request, context, bound=form.is_bound)


def _item_for(request: Request, pk: int) -> ActionItem:
    """The item, if its incident may be seen and changed by whoever asks."""
    visible = access.visible_incidents(request.principal)
    rows = ActionItem.objects.filter(incident__in=visible).select_related("owner", "incident")
    item = rows.filter(pk=pk).first()
    if item is None:
        raise NotFound("There is no such action item.")
    access.require(request.principal, "postmortem.write", item.incident)
    return item


def _form_page(request: Request, context: dict[str, Any], *, bound: bool) -> HttpResponse:
    status = 422 if bound else 200
    return render(request, "postmortems/action_item.html", context, status=status)


def _back(request: Request) -> str:
    """Where to go on, if that is on this site."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(address, here, require_https=request.is_secure())
    return address if safe else ""
