"""Maintenance: planned work during which alerts are expected."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents import access
from incidents.kernel import clock
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import MaintenanceWindow
from incidents.pipeline.noise import settings
from incidents.pipeline.noise.preview import preview_window
from incidents.selectors import noise
from incidents.web.guard import Request, requires
from incidents.web.noise import calendar
from incidents.web.noise.abilities import abilities
from incidents.web.noise.previews import shown
from incidents.web.noise.window_form import HOURS, WindowForm, zone_names

PAST_SHOWN = 20
HELD_SHOWN = 50
VERSIONS_SHOWN = 10


@require_safe
@requires("alert.read")
def listing(request: Request) -> HttpResponse:
    now = clock.now()
    going = calendar.going(now)
    opened = [one for one in going if one.now]
    visible = access.visible_incidents(request.principal)
    held = noise.held_by(visible, "maintenance", [str(one.window.pk) for one in opened])
    context = {
        "open_now": [(one, held.get(str(one.window.pk), noise.NOTHING)) for one in opened],
        "coming": sorted(
            (one for one in going if not one.now and one.next),
            key=lambda one: one.next.starts_at if one.next else now,
        ),
        "past": calendar.past(now, going, PAST_SHOWN),
        "may": abilities(request.principal),
    }
    return render(request, "incidents/noise/maintenance.html", context)


@require_safe
@requires("alert.read")
def detail(request: Request, pk: int) -> HttpResponse:
    window, now = _found(pk), clock.now()
    visible, key = access.visible_incidents(request.principal), str(pk)
    held = noise.held_by(visible, "maintenance", [key]).get(key, noise.NOTHING)
    under = noise.muted_by(visible, "maintenance", key)[:HELD_SHOWN]
    context = {
        "held": held,
        "one": calendar.planned(window, now),
        "window": window,
        "times": [] if window.cancelled_at else calendar.next_times(window, now),
        "alerts": under if held.count else [],
        "versions": window.history.select_related("history_user")[:VERSIONS_SHOWN],
        "may": abilities(request.principal),
    }
    return render(request, "incidents/noise/window.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("maintenance.plan")
def new(request: Request) -> HttpResponse:
    """`?like=` begins with a window that was planned before."""
    like = request.GET.get("like", "")
    window = MaintenanceWindow()
    if like.isascii() and like.isdecimal() and len(like) < 19:
        window = MaintenanceWindow.objects.filter(pk=int(like)).first() or window
        window.pk = window.cancelled_at = None
        window._state.adding = True  # noqa: SLF001  Django's way to copy a row
    return _edit(request, window)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("maintenance.plan")
def edit(request: Request, pk: int) -> HttpResponse:
    return _edit(request, _found(pk))


def _edit(request: Request, window: MaintenanceWindow) -> HttpResponse:
    form = WindowForm(request.POST or None, window=window, viewer=request.principal.user)
    looked: dict[str, Any] = {}
    if request.method == "POST":
        scripted = bool(getattr(request, "htmx", False))
        if scripted or request.POST.get("do") == "preview":
            looked = _preview(request, form)
            if scripted:
                return render(request, "incidents/noise/_window_preview.html", looked)
        elif form.save(request.principal.user):
            messages.success(request, f"“{window.name}” is planned.")
            return redirect("web:window", pk=window.pk)
    context = {
        "form": form,
        "window": window,
        "zones": zone_names(),
        "may": abilities(request.principal),
        **looked,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/noise/window_form.html", context, status=status)


def _preview(request: Request, form: WindowForm) -> dict[str, Any]:
    """When it would be open, and what that would have held back."""
    form.forget_errors_but(*HOURS, "matchers")
    try:
        window = form.window(*HOURS)
        times, problem = calendar.next_times(window, clock.now()), ""
    except Invalid as error:
        return {"times": [], "problem": str(error), "zone": ""}
    context: dict[str, Any] = {"times": times, "problem": problem, "zone": window.time_zone}
    if "matchers" not in form.errors and window.matchers:
        context["shown"] = shown(request.principal, lambda: preview_window(window))
    return context


@require_POST
@requires("maintenance.plan")
def change(request: Request, pk: int) -> HttpResponse:
    """cancel, by the field `action`."""
    window = _found(pk)
    if request.POST.get("action") != "cancel":
        raise Invalid("That is no action of a window.", "Use cancel.")
    try:
        settings.cancel(window)
        messages.success(request, f"“{window.name}” is cancelled.")
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("web:maintenance")


def _found(pk: int) -> MaintenanceWindow:
    found = MaintenanceWindow.objects.select_related("created_by").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such maintenance window.")
    return found
