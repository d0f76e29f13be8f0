"""Editing what was told, and deciding on what is to be told."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents import access
from incidents.kernel.errors import DomainError, Invalid, NotFound
from incidents.web.guard import Request, requires
from statuspage import selectors
from statuspage.models import PlannedUpdate, PublicUpdate
from statuspage.services import approve, edit_update, refuse, withdraw
from statuspage.views.forms import EditForm, RemarkForm


@require_http_methods(["GET", "HEAD", "POST"])
@requires("status.publish")
def edit(request: Request, ref: str, update: int) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "status.publish")
    rows = PublicUpdate.objects.filter(public_incident__incident=incident, pk=update)
    found = rows.select_related("public_incident__page").prefetch_related("revisions").first()
    if found is None:
        raise NotFound("There is no such update.", "It may have been removed.")
    form = EditForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            edit_update(update_id=found.pk, actor=request.principal.actor, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, "Saved. The page says that it was edited.")
            return redirect(f"{incident.get_absolute_url()}?tab=updates")
    context = {"incident": incident, "update": found, "form": form}
    return render(
        request, "statuspage/update_edit.html", context, status=422 if form.errors else 200
    )


@require_safe
@requires("status.read")
def waiting(request: Request) -> HttpResponse:
    """What waits for a word, or for its time."""
    visible = access.visible_incidents(request.principal)
    context = {
        "planned": selectors.on_their_way(visible),
        "decided": selectors.decided(visible),
        "may_publish": access.may(request.principal, "status.publish"),
        "viewer": request.principal.actor.handle,
    }
    return render(request, "statuspage/waiting.html", context)


@require_POST
@requires("status.publish")
def decide(request: Request, planned: int) -> HttpResponse:
    """approve, refuse (with `remark`) or withdraw, by the field `action`."""
    found = _visible(request, planned)
    action, actor = request.POST.get("action", ""), request.principal.actor
    try:
        said = _decide(request, found, action, actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return _back(request, found)


def _decide(request: Request, found: PlannedUpdate, action: str, actor: Any) -> str:
    if action == "approve":
        row = approve(planned_id=found.pk, actor=actor)
        return f"Approved. {row.get_planned_state_display()}."
    if action == "refuse":
        form = RemarkForm(request.POST)
        if not form.is_valid():
            raise Invalid("Say what has to change.", "The author reads it.")
        refuse(planned_id=found.pk, remark=form.cleaned_data["remark"], actor=actor)
        return "Sent back to its author."
    if action == "withdraw":
        withdraw(planned_id=found.pk, actor=actor)
        return "Taken back. Nothing is published."
    raise Invalid("That is no action.", "Use approve, refuse or withdraw.")


def _visible(request: Request, planned: int) -> PlannedUpdate:
    visible = access.visible_incidents(request.principal)
    rows = PlannedUpdate.objects.filter(pk=planned, incident__in=visible)
    found = rows.select_related("incident").first()
    if found is None:
        raise NotFound("There is no such update.", "It may have been removed.")
    access.require(request.principal, "status.publish", found.incident)
    return found


def _back(request: Request, found: PlannedUpdate) -> HttpResponseRedirect:
    if request.POST.get("back") == "waiting":
        return redirect("statuspage:waiting")
    return redirect(f"{found.incident.get_absolute_url()}?tab=updates")
