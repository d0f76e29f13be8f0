"""Tasks of a room, one by one, and those of a person across rooms."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents import access
from incidents.kernel import clock
from incidents.kernel.errors import Invalid
from incidents.models import Fact, Incident
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities
from incidents.web.typed import text
from warroom.models import Message, Task
from warroom.selectors import tasks as selectors
from warroom.services import tasks as services
from warroom.views.answers import back, is_fragment
from warroom.views.task_form import TaskForm

SHOWN = 200
Context = dict[str, Any]


@require_safe
@requires("incident.read")
def panel(request: Request, ref: str) -> HttpResponse:
    """The list and, with `said`, a form for a task made from that message."""
    incident = access.incident_for(request.principal, ref)
    return _panel(request, incident, TaskForm(initial=_from_message(request, incident)))


def _from_message(request: Request, incident: Incident) -> dict[str, Any]:
    """What the form begins with: the first line of the message `?said=12`."""
    given = request.GET.get("said", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        return {}
    seq = int(given)
    said = Message.objects.filter(incident=incident, seq=seq).values_list("body", flat=True).first()
    if said is None:
        fact = Fact.objects.filter(incident=incident, seq=seq).first()
        said = fact.text if fact and not fact.kind.startswith("chat.") else ""
    first = next((line.strip("#>-*` ") for line in said.splitlines() if line.strip()), "")
    return {"title": first[:200], "said_seq": seq}


def _panel(request: Request, incident: Incident, form: TaskForm, status: int = 200) -> HttpResponse:
    ended = selectors.ended(incident)
    context = {
        "incident": incident,
        "tasks": selectors.unfinished(incident),
        "ended": ended,
        "form": form,
        "now": clock.now(),
        "may": abilities(request.principal, incident),
        "is_open": form.is_bound or bool(form.initial),
    }
    name = "warroom/_tasks.html" if is_fragment(request) else "warroom/tasks.html"
    return render(request, name, context, status=status)


@require_POST
@requires("incident.respond")
def add(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "incident.respond")
    form = TaskForm(request.POST)
    if form.is_valid() and _saved(form, incident, request):
        return _done(request, incident)
    return _panel(request, incident, form, status=422)


def _saved(form: TaskForm, incident: Incident, request: Request, task: Task | None = None) -> bool:
    """Whether the verb took it; what it has against it stands at the field then."""
    actor = request.principal.actor
    try:
        if task is None:
            services.open_task(
                incident_id=incident.pk,
                content=form.content(),
                actor=actor,
                said_seq=form.cleaned_data["said_seq"],
            )
        else:
            services.change(
                incident_id=incident.pk, number=task.number, content=form.content(), actor=actor
            )
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.respond")
def change(request: Request, ref: str, task: int) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "incident.respond")
    row = selectors.numbered(incident, task)
    form = TaskForm(request.POST or None, task=row)
    if form.is_bound and form.is_valid() and _saved(form, incident, request, row):
        return _done(request, incident)
    context = {"incident": incident, "task": row, "form": form, "now": clock.now()}
    name = "warroom/_task.html" if is_fragment(request) else "warroom/task.html"
    return render(request, name, context, status=422 if form.is_bound else 200)


@require_POST
@requires("incident.respond")
def state(request: Request, ref: str, task: int) -> HttpResponse:
    """Begin, finish, drop or reopen."""
    incident = access.incident_for(request.principal, ref, "incident.respond")
    services.set_state(
        incident_id=incident.pk,
        number=task,
        state=text(request, "state"),
        actor=request.principal.actor,
        reason=text(request, "reason"),
    )
    return _done(request, incident)


@require_POST
@requires("incident.respond")
def place(request: Request, ref: str, task: int) -> HttpResponse:
    """Up or down in the list."""
    incident = access.incident_for(request.principal, ref, "incident.respond")
    up = text(request, "way") != "down"
    actor = request.principal.actor
    services.move(incident_id=incident.pk, number=task, up=up, actor=actor)
    return _done(request, incident)


def _done(request: Request, incident: Incident) -> HttpResponse:
    if is_fragment(request):
        return _panel(request, incident, TaskForm())
    return back(request, f"{incident.get_absolute_url()}?tab=tasks")


@require_safe
@requires("incident.read")
def mine(request: Request) -> HttpResponse:
    """One's own tasks across incidents, or with `who=all` those of everybody."""
    now = clock.now()
    everybody = request.GET.get("who", "") == "all"
    every_state = request.GET.get("state", "") == "all"
    rows = selectors.across(
        access.visible_incidents(request.principal),
        whose=None if everybody else request.principal.user,
        open_only=not every_state,
    )
    found = list(rows[: SHOWN + 1])
    context = {
        "tasks": found[:SHOWN],
        "more": len(found) > SHOWN,
        "overdue": sum(task.is_overdue(now) for task in found[:SHOWN]),
        "everybody": everybody,
        "every_state": every_state,
        "now": now,
        "may": abilities(request.principal),
    }
    return render(request, "warroom/my_tasks.html", context)
