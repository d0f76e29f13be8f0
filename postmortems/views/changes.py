"""Writing: draft, edit a section, publish."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from incidents import access
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import Incident
from incidents.web.guard import Request, requires
from postmortems import services
from postmortems.models import MAX_BODY, Section
from postmortems.selectors import documents
from postmortems.services import SectionConflict, SectionEdit
from postmortems.views.abilities import abilities
from postmortems.views.forms import SectionForm
from postmortems.views.pages import SectionRow, as_html, page_context

# The one error status whose answer htmx puts on the page.
SWAPPED_ERROR = 422


@require_POST
@requires("postmortem.write")
def draft(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "postmortem.write")
    post_mortem = services.draft(incident_id=incident.pk, actor=request.principal.actor)
    read = f"{post_mortem.drafted_upto} facts"
    if post_mortem.version > 1:
        messages.success(request, f"Drafted again from {read}. What people wrote is as it was.")
    else:
        messages.success(request, f"Drafted from {read}.")
    return redirect(post_mortem)


@require_POST
@requires("postmortem.publish")
def publish(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "postmortem.publish")
    post_mortem = services.publish(incident_id=incident.pk, actor=request.principal.actor)
    messages.success(request, f"Published version {post_mortem.version}.")
    return redirect(post_mortem)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("postmortem.read")
def section(request: Request, ref: str, slug: str) -> HttpResponse:
    """One section: to read (`?read`), to edit, and saved when posted."""
    action = "postmortem.write" if request.method == "POST" else "postmortem.read"
    incident = access.incident_for(request.principal, ref, action)
    post_mortem = documents.post_mortem_of(incident)
    found = next((one for one in post_mortem.in_order() if one.slug == slug), None)
    if found is None:
        raise NotFound("There is no such section.")
    if request.method == "POST":
        return _save(request, incident, found)
    editing = "" if "read" in request.GET else slug
    if not _wants_fragment(request):
        context = page_context(request, incident, post_mortem, editing=editing)
        return render(request, "postmortems/document_page.html", context)
    return _fragment(request, incident, found, {"editing": editing})


def _save(request: Request, incident: Incident, found: Section) -> HttpResponse:
    actor = request.principal.actor
    try:
        edit = _edit_of(request, found)
        saved = services.save_section(incident_id=incident.pk, edit=edit, actor=actor)
    except SectionConflict as conflict:
        return _again(request, incident, conflict.section, conflict)
    except Invalid as error:
        return _again(request, incident, found, error)
    if _wants_fragment(request):
        return _fragment(request, incident, saved, {"saved": True})
    messages.success(request, f"Saved “{saved.heading}”.")
    return redirect(f"{saved.post_mortem.get_absolute_url()}#s-{saved.slug}")


def _edit_of(request: Request, found: Section) -> SectionEdit:
    form = SectionForm(request.POST)
    if form.is_valid():
        return SectionEdit(found.slug, form.cleaned_data["body"], form.cleaned_data["version"])
    faults = [str(fault) for faults in form.errors.values() for fault in faults]
    raise Invalid(" ".join(faults), field="body")


def _again(
    request: Request, incident: Incident, found: Section, error: SectionConflict | Invalid
) -> HttpResponse:
    """The form once more with what was typed; after a conflict the other text stands beside it."""
    typed = request.POST.get("body", "")
    context = {
        "editing": found.slug,
        "error": error,
        "conflict": isinstance(error, SectionConflict),
        "typed": typed,
        "preview": as_html(typed[:MAX_BODY], incident),
    }
    if _wants_fragment(request):
        return _fragment(request, incident, found, context, status=SWAPPED_ERROR)
    post_mortem = documents.post_mortem_of(incident)
    page = page_context(request, incident, post_mortem, editing=found.slug) | context
    return render(request, "postmortems/document_page.html", page, status=error.status)


def _fragment(
    request: Request,
    incident: Incident,
    found: Section,
    extra: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "incident": incident,
        "post_mortem": found.post_mortem,
        "row": SectionRow(found, as_html(found.body, incident)),
        "may": abilities(request.principal, incident),
        **extra,
    }
    return render(request, "postmortems/_section.html", context, status=status)


def _wants_fragment(request: Request) -> bool:
    return bool(getattr(request, "htmx", False))
