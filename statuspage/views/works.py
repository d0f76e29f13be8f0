"""Planned work in the console: what goes on, what comes, what was; announcing and moving it on."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.kernel import clock
from incidents.kernel.errors import DomainError, Invalid, NotFound
from incidents.web.guard import Request, requires
from incidents.web.noise.recurrences import Recurrence
from incidents.web.noise.window_form import zone_names
from statuspage import selectors
from statuspage.models import Maintenance, MaintenanceSeries, MaintenanceState, StatusPage
from statuspage.services import maintenance, series
from statuspage.services.work import MAX_BODY
from statuspage.views import frame
from statuspage.views.work_form import WorkForm

_DONE: Final = {
    MaintenanceState.IN_PROGRESS: "It has begun.",
    MaintenanceState.VERIFYING: "It is being checked.",
    MaintenanceState.COMPLETED: "It is complete.",
    MaintenanceState.CANCELLED: "It is cancelled.",
}


@require_safe
@requires("status.read")
def listing(request: Request, slug: str) -> HttpResponse:
    page = frame.page_at(slug)
    going = selectors.planned_work(page)
    context = {
        **frame.of(request, page, "works"),
        "under_way": [row for row in going if row.is_under_way],
        "coming": [row for row in going if not row.is_under_way],
        "series": [(row, _often(row)) for row in selectors.running_series(page)],
        "past": selectors.past_work(page),
        "now": clock.now(),
    }
    return render(request, "statuspage/works.html", context)


@require_safe
@requires("status.read")
def detail(request: Request, slug: str, work: str) -> HttpResponse:
    page, planned = _found(slug, work)
    context = {
        **frame.of(request, page, "works"),
        "planned": planned,
        "components": list(planned.components.select_related("service")),
        "updates": planned.updates.all(),
        "ways": maintenance.allowed(planned),
        "often": _often(planned.series) if planned.series else "",
        "is_late": planned.state == MaintenanceState.SCHEDULED and planned.starts_at <= clock.now(),
    }
    return render(request, "statuspage/work.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("status.publish")
def new(request: Request, slug: str) -> HttpResponse:
    page = frame.page_at(slug)
    form = WorkForm(page, request.POST or None, viewer=request.principal.user)
    if request.method == "POST" and form.is_valid():
        try:
            address = _announce(request, page, form)
        except Invalid as error:
            form.blame(error)
        else:
            return redirect(address)
    return _form(request, page, form)


def _announce(request: Request, page: StatusPage, form: WorkForm) -> str:
    actor, recurring = request.principal.actor, form.recurring()
    if recurring is not None:
        made = series.announce(page_id=page.pk, recurring=recurring, actor=actor)
        messages.success(request, f"“{made.title}” is announced, and each time it comes.")
        return frame.address("works", page)
    planned = maintenance.announce(page_id=page.pk, work=form.work(), actor=actor)
    messages.success(request, f"“{planned.title}” is announced.")
    return frame.address("work", page, work=planned.key)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("status.publish")
def edit(request: Request, slug: str, work: str) -> HttpResponse:
    page, planned = _found(slug, work)
    form = WorkForm(page, request.POST or None, planned=planned, viewer=request.principal.user)
    if request.method == "POST" and form.is_valid():
        try:
            changed = maintenance.change(
                maintenance_id=planned.pk, work=form.work(), actor=request.principal.actor
            )
        except Invalid as error:
            form.blame(error)
        else:
            messages.success(request, f"“{changed.title}” is changed.")
            return redirect(frame.address("work", page, work=planned.key))
    return _form(request, page, form, planned=planned)


def _form(request: Request, page: StatusPage, form: WorkForm, **more: Any) -> HttpResponse:
    context = {**frame.of(request, page, "works"), "form": form, "zones": zone_names(), **more}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "statuspage/work_form.html", context, status=status)


@require_POST
@requires("status.publish")
def change(request: Request, slug: str, work: str) -> HttpResponse:
    """To the state in `action`, or with `say` the text in `body` alone."""
    page, planned = _found(slug, work)
    action, body = request.POST.get("action", ""), request.POST.get("body", "")[: MAX_BODY + 1]
    state = planned.state if action == "say" else action
    try:
        update = maintenance.advance(
            maintenance_id=planned.pk, state=state, body=body, actor=request.principal.actor
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        told = "Published." if action == "say" else _DONE[MaintenanceState(update.state)]
        messages.success(request, told)
    return redirect(frame.address("work", page, work=planned.key))


@require_POST
@requires("status.publish")
def end_series(request: Request, slug: str, series_id: int) -> HttpResponse:
    page = frame.page_at(slug)
    found = page.series.filter(pk=series_id).first()
    if found is None:
        raise NotFound("There is no such series.")
    try:
        series.cancel(series_id=found.pk, actor=request.principal.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{found.title}” comes no more.")
    return redirect(frame.address("works", page))


def _often(row: MaintenanceSeries) -> str:
    return f"{Recurrence.of(row.recurrence).words}, in {row.time_zone}"


def _found(slug: str, key: str) -> tuple[StatusPage, Maintenance]:
    page = frame.page_at(slug)
    planned = page.maintenances.select_related("series", "window").filter(key=key).first()
    if planned is None:
        raise NotFound("There is no such maintenance.", "It may have been removed.")
    planned.page = page
    return page, planned
