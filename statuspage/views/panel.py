"""Status updates on the incident's page: what customers were told, and telling them more."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from incidents import access
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import Incident
from incidents.web.guard import Request, requires
from statuspage import selectors
from statuspage.models import (
    PlannedState,
    PlannedUpdate,
    PublicIncident,
    PublicState,
    PublicUpdate,
    StatusPage,
    UpdateTemplate,
)
from statuspage.services import submit, suggest, templates
from statuspage.views.forms import PublishForm


@require_safe
@requires("status.read")
def panel(request: Request, ref: str) -> HttpResponse:
    """A fragment for htmx, else a page of its own. `?state=` asks for the draft of that state,
    `?template=` for the one by that template."""
    incident = access.incident_for(request.principal, ref, "status.read")
    return _panel(request, incident, selectors.page_called(request.GET.get("page", "")))


@require_POST
@requires("status.publish")
def publish(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "status.publish")
    page = selectors.page_called(request.POST.get("page", ""))
    if page is None:
        raise NotFound("There is no status page of that name.", "Make one in the settings.")
    form = PublishForm(page, request.POST, draft=suggest(incident, page))
    if not form.is_valid():
        return _refused(request, incident, page, form)
    made = submit(
        incident_id=incident.pk,
        page_id=page.pk,
        announcement=form.announcement(),
        actor=request.principal.actor,
        publish_at=form.cleaned_data["publish_at"],
    )
    said = _said(made, page)
    if _is_fragment(request):
        flash = {"level": "success", "text": said}
        return trigger_client_event(_panel(request, incident, page), "flash", flash)
    messages.success(request, said)
    return redirect(f"{incident.get_absolute_url()}?tab=updates")


def _said(made: PublicUpdate | PlannedUpdate, page: StatusPage) -> str:
    if isinstance(made, PublicUpdate):
        return f"Published on {page.name}: {made.get_state_display()}."
    if made.planned_state == PlannedState.WAITING:
        return f"Sent for approval. {page.name} shows it once somebody else has approved it."
    return f"Scheduled. {page.name} shows it at its time."


def _is_fragment(request: Request) -> bool:
    return bool(getattr(request, "htmx", False))


def _refused(
    request: Request, incident: Incident, page: StatusPage, form: PublishForm
) -> HttpResponse:
    """Without script the form comes back as it was typed; with it, it never went away."""
    if _is_fragment(request):
        raise Invalid(form.complaint())
    return _panel(request, incident, page, form=form)


def _panel(
    request: Request,
    incident: Incident,
    page: StatusPage | None,
    form: PublishForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "incident": incident,
        "page": page,
        "pages": selectors.pages(),
        "updates": selectors.updates_of(incident),
        "may_publish": access.may(request.principal, "status.publish", incident),
        "states": PublicState.choices,
        "planned": selectors.about(incident),
        "viewer": request.principal.actor.handle,
    }
    if page is not None:
        public = selectors.public_incident(incident, page)
        context["public"] = public
        context["may_publish"] &= not incident.is_merged or bool(public and not public.is_over)
        context["form"] = form or _blank_form(request, incident, page, public)
        context["behind"] = _behind(incident, public)
        state = str(context["form"]["state"].value())
        context["templates"] = templates.fitting(incident, page, state)
    template = "statuspage/_panel.html" if _is_fragment(request) else "statuspage/panel_page.html"
    return render(request, template, context, status=422 if form else 200)


def _blank_form(
    request: Request, incident: Incident, page: StatusPage, public: PublicIncident | None
) -> PublishForm:
    asked = request.GET.get("state", "")
    chosen = request.GET.get("template", "")
    template = _template(chosen)
    draft = suggest(
        incident, page, state=asked if asked in PublicState.values else "", template=template
    )
    form = PublishForm(page, draft=draft)
    if public and not asked and not template and public.state == draft.state:
        # The suggestion would say again what customers have read already.
        form.initial["body"] = ""
    return form


def _template(chosen: str) -> UpdateTemplate | None:
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 10):
        return None
    return UpdateTemplate.objects.filter(pk=int(chosen), enabled=True).first()


def _behind(incident: Incident, public: PublicIncident | None) -> str:
    """What responders know by now and customers were not told; empty where they know as much."""
    if public is None or incident.is_merged:
        return ""
    told, known = (
        list(PublicState).index(PublicState(state))
        for state in (public.state, incident.public_state)
    )
    broke_again = public.is_over and not incident.is_over
    return str(PublicState(incident.public_state).label) if known > told or broke_again else ""
