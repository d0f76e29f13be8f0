"""Reading: the list, the document with its evidence, and the panel on the incident's page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from incidents import access
from incidents.kernel import clock
from incidents.models import Incident
from incidents.selectors import pages
from incidents.web.guard import Request, requires
from postmortems.models import MAX_BODY, PostMortem, PostMortemState, Section
from postmortems.rendering import pictures, press
from postmortems.rendering.text import to_html
from postmortems.selectors import documents
from postmortems.selectors.records import record_of
from postmortems.views.abilities import abilities
from postmortems.views.forms import ActionItemForm

EVIDENCE = 300
PREVIEWED = MAX_BODY


@require_safe
@requires("postmortem.read")
def listing(request: Request) -> HttpResponse:
    visible = access.visible_incidents(request.principal)
    state = request.GET.get("state", "")
    state = state if state in PostMortemState.values else ""
    page = pages.page(
        documents.post_mortems(visible, state=state),
        "updated_at",
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    kept = f"&state={state}" if state else ""
    context = {
        "post_mortems": page.rows,
        "waiting": documents.waiting(visible),
        "state": state,
        "older": f"?before={page.older}{kept}" if page.older else "",
        "newer": f"?after={page.newer}{kept}" if page.newer else "",
        "may": abilities(request.principal),
    }
    return render(request, "postmortems/list.html", context)


@require_safe
@requires("postmortem.read")
def document(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "postmortem.read")
    found = documents.maybe_post_mortem_of(incident)
    if found is None:
        context = {"incident": incident, "may": abilities(request.principal, incident)}
        return render(request, "postmortems/none_yet.html", context)
    press.warm()
    return render(request, "postmortems/document_page.html", page_context(request, incident, found))


@dataclass(frozen=True, slots=True)
class SectionRow:
    section: Section
    html: SafeString


def page_context(
    request: Request, incident: Incident, post_mortem: PostMortem, *, editing: str = ""
) -> dict[str, Any]:
    """What the page of a document shows; `editing` names the section whose form is open."""
    record = record_of(incident)
    sections = post_mortem.in_order()
    return {
        "incident": incident,
        "post_mortem": post_mortem,
        "rows": [SectionRow(section, as_html(section.body, incident)) for section in sections],
        "open_questions": [section for section in sections if section.is_open],
        "editing": editing or request.GET.get("edit", ""),
        "timeline": pictures.timeline(record),
        "record": record,
        "evidence": record.facts[:EVIDENCE],
        "unread": sum(fact.seq > post_mortem.drafted_upto for fact in record.facts),
        "items": documents.action_items_of(incident),
        "item_form": ActionItemForm(),
        "today": clock.now().date(),
        "may": abilities(request.principal, incident),
    }


def as_html(body: str, incident: Incident) -> SafeString:
    """`body` with its citations leading to the timeline of the incident."""
    link = f"{incident.get_absolute_url()}?tab=timeline#t-{{}}"
    return to_html(body, known=range(1, incident.last_seq + 1), link=link)


@require_safe
@requires("postmortem.read")
def panel(request: Request, ref: str) -> HttpResponse:
    """The post-mortem on the incident's page: a fragment for htmx, else a page of its own."""
    incident = access.incident_for(request.principal, ref, "postmortem.read")
    post_mortem = documents.maybe_post_mortem_of(incident)
    sections = post_mortem.in_order() if post_mortem else []
    context = {
        "incident": incident,
        "post_mortem": post_mortem,
        "summary": as_html(sections[0].body, incident) if sections else "",
        "open_questions": [section for section in sections if section.is_open],
        "items": documents.action_items_of(incident),
        "today": clock.now().date(),
        "may": abilities(request.principal, incident),
    }
    htmx = bool(getattr(request, "htmx", False))
    template = "postmortems/_panel.html" if htmx else "postmortems/panel_page.html"
    return render(request, template, context)


@require_POST
@requires("postmortem.read")
def preview(request: Request, ref: str) -> HttpResponse:
    """Markdown as it will look. Nothing is saved."""
    incident = access.incident_for(request.principal, ref, "postmortem.read")
    body = request.POST.get("body", "")[:PREVIEWED]
    html = as_html(body, incident)
    return HttpResponse(html or "Nothing written yet.")
