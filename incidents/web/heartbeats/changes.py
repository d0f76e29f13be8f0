"""Making heartbeats, changing them, and seeing beforehand when they will be expected."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.kernel import clock
from incidents.kernel.durations import spoken
from incidents.kernel.errors import Invalid
from incidents.models import Heartbeat
from incidents.sources.heartbeats import writing
from incidents.sources.heartbeats.schedule import upcoming
from incidents.web.guard import Request, requires
from incidents.web.heartbeats.forms import HeartbeatForm, zone_names
from incidents.web.heartbeats.pages import found


@require_http_methods(["GET", "HEAD", "POST"])
@requires("heartbeat.write")
def new(request: Request) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("heartbeat.write")
def edit(request: Request, heartbeat: str) -> HttpResponse:
    return _edit(request, found(heartbeat))


def _edit(request: Request, heartbeat: Heartbeat | None) -> HttpResponse:
    """Two buttons: one saves, the other shows what was typed as times and saves nothing."""
    form = HeartbeatForm(request.POST or None, heartbeat=heartbeat)
    looks = request.POST.get("do") == "preview"
    if request.method == "POST" and not looks:
        saved = form.save()
        if saved is not None:
            messages.success(request, f"“{saved.name}” is saved.")
            return redirect("web:heartbeat", heartbeat=saved.slug)
    context = {
        "form": form,
        "heartbeat": heartbeat,
        "zones": zone_names(),
        **_times(form if form.is_bound else None, heartbeat or Heartbeat()),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/heartbeats/form.html", context, status=status)


def _times(form: HeartbeatForm | None, heartbeat: Heartbeat) -> dict[str, Any]:
    """When it will be expected next if it pings now, or why that cannot be said."""
    typed = form.read() if form is not None else heartbeat
    if typed is None:
        return {"times": [], "problem": "Fill in the fields above first."}
    try:
        times = upcoming(typed, clock.now())
        return {"times": times, "allowed": spoken(typed.grace_seconds), "problem": ""}
    except Invalid as error:
        if form is not None and not form.errors:
            form.refuse(error)
        return {"times": [], "problem": str(error)}


@never_cache
@require_safe
@requires("heartbeat.write")
def preview(request: Request) -> HttpResponse:
    """The part of the form that shows times, while somebody types."""
    form = HeartbeatForm(request.GET)
    return render(request, "incidents/heartbeats/_times.html", _times(form, Heartbeat()))


_DONE = {
    "pause": (writing.pause, "is paused: nobody waits for it."),
    "resume": (writing.resume, "is watched again, from now on."),
    "rotate": (writing.rotate, "has a new address. The old one does not work any more."),
}


@require_POST
@requires("heartbeat.write")
def change(request: Request, heartbeat: str) -> HttpResponse:
    """pause | resume | rotate | delete, by the field `action`."""
    shown, action = found(heartbeat), request.POST.get("action", "")
    if action == "delete":
        writing.delete(shown.slug)
        messages.success(request, f"“{shown.name}” is deleted.")
        return redirect("web:heartbeats")
    if action not in _DONE:
        hint = "Use pause, resume, rotate or delete."
        raise Invalid("That is nothing one does to a heartbeat.", hint)
    verb, told = _DONE[action]
    verb(shown.slug)
    messages.success(request, f"“{shown.name}” {told}")
    return redirect("web:heartbeat", heartbeat=shown.slug)
