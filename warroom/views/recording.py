"""The recording of a room: a page that plays it, and the parts that the page asks for.

Without a script `?at=SEQ` shows how things stood when that happened.
"""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from incidents import access
from incidents.kernel import markdown
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import Fact, Incident, Severity
from incidents.web.guard import Request, requires
from warroom.selectors import document as documents
from warroom.selectors.recording import course as courses
from warroom.selectors.recording import presence, rows, state, transcript
from warroom.services import transcripts
from warroom.views import recorded

BEFORE: Final = 60
AFTER: Final = 120
PART: Final = 100
SPEEDS: Final = (1, 2, 5, 10, 30, 60)
Context = dict[str, Any]


@require_safe
@requires("incident.read")
def recording(request: Request, ref: str) -> HttpResponse:
    """The page; htmx gets the tab of the room, which leads there."""
    incident = access.incident_for(request.principal, ref)
    course = courses.course_of(incident)
    context: Context = {"incident": incident, "course": course}
    if getattr(request, "htmx", None):
        return render(request, "warroom/_recording_tab.html", context)
    at = _asked(request, incident, course)
    before, after = course.around(at)
    context |= _played(incident, at) | _scene(incident, at)
    context |= {"before": before, "after": after, "speeds": SPEEDS}
    context["paper"] = _paper(incident, context["standing"].version)
    return render(request, "warroom/recording.html", context)


@require_safe
@requires("incident.read")
def played(request: Request, ref: str) -> HttpResponse:
    """Rows of the log: around a time (`at`, in milliseconds), before or after one of them."""
    incident = access.incident_for(request.principal, ref)
    at, before, after = (_number(request, name) for name in ("at", "before", "after"))
    if at is not None:
        context = _played(incident, at)
    elif before is not None:
        context = _part(incident, rows.preceding(incident, before, PART), None)
    elif after is not None:
        context = _part(incident, rows.following(incident, after, PART), None)
    else:
        raise Invalid("Say which rows: at, before or after.", "Reload the recording.")
    return render(request, "warroom/_recording_rows.html", context)


@require_safe
@requires("incident.read")
def scene(request: Request, ref: str) -> HttpResponse:
    """Who was there and how things stood at the time `at`, in milliseconds."""
    incident = access.incident_for(request.principal, ref)
    at = _number(request, "at")
    if at is None:
        raise Invalid("Say when: at, in milliseconds.", "Reload the recording.")
    return render(request, "warroom/_recording_scene.html", _scene(incident, at))


@require_safe
@requires("incident.read")
def paper(request: Request, ref: str, version: int) -> HttpResponse:
    """The shared document as it read in that version; empty for version 0."""
    incident = access.incident_for(request.principal, ref)
    context = {"incident": incident, "paper": _paper(incident, version)}
    return render(request, "warroom/_recording_paper.html", context)


@require_safe
@requires("incident.read")
def download(request: Request, ref: str, kind: str) -> HttpResponse:
    """The transcript as a file: `markdown` or `json`."""
    incident = access.incident_for(request.principal, ref)
    written = transcripts.FORMATS.get(kind)
    if written is None:
        raise NotFound(f"There is no transcript as {kind}.", "Ask for markdown or json.")
    found = transcript.transcript_of(incident, after=_number(request, "after"))
    answer = HttpResponse(written.write(found), content_type=written.content_type)
    name = f"{slugify(incident.reference)}-transcript.{written.ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asked(request: Request, incident: Incident, course: courses.Course) -> int:
    """The time of the entry that is asked for; the beginning without one."""
    seq = _number(request, "at")
    if seq is None:
        return course.scale.start
    fact = Fact.objects.filter(incident=incident, seq=seq).first()
    if fact is None:
        raise NotFound(f"There is no entry {seq} in this incident.", "Open its recording.")
    return courses.milliseconds(fact.occurred_at)


def _played(incident: Incident, at: int) -> Context:
    moment = courses.moment_of(at)
    return _part(incident, rows.around(incident, moment, before=BEFORE, after=AFTER), at)


def _part(incident: Incident, part: rows.Part, at: int | None) -> Context:
    """At `at`, if it is known, what comes later is hidden."""
    shown = [recorded.row_of(entry, incident, at) for entry in part.entries]
    return {"incident": incident, "part": part, "rows": shown, "at": at}


def _scene(incident: Incident, at: int) -> Context:
    moment = courses.moment_of(at)
    standing = state.state_at(state.state_facts(incident), moment)
    spans = presence.of_incident(incident)
    return {
        "incident": incident,
        "at": at,
        "moment": moment,
        "elapsed": recorded.elapsed(moment - incident.opened_at),
        "standing": standing,
        "severity": Severity.objects.filter(code=standing.severity).first(),
        "people": presence.present(spans, moment),
        "was_kept": bool(spans),
    }


def _paper(incident: Incident, version: int) -> Context | None:
    if not version:
        return None
    found = documents.version(incident, version)
    return {"version": found, "html": markdown.render(found.text)}


def _number(request: Request, name: str) -> int | None:
    given = request.GET.get(name, "")
    if not given:
        return None
    if not (given.isascii() and given.removeprefix("-").isdecimal() and len(given) < 15):
        raise Invalid(f"{name} must be a whole number.", "Reload the recording.", field=name)
    return int(given)
