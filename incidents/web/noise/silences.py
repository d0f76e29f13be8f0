"""Silences: what is quiet now and why, and making it so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents import access
from incidents.kernel import clock
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Alert, Silence
from incidents.pipeline.noise import silences
from incidents.pipeline.noise.preview import preview_silence
from incidents.selectors import alerts, noise, pages
from incidents.web.guard import Request, requires
from incidents.web.noise.abilities import abilities
from incidents.web.noise.previews import Shown, shown
from incidents.web.noise.silence_form import SilenceForm

HELD_SHOWN = 50
EXPIRED_SHOWN = 20
PICKED = 50
HOUR = timedelta(hours=1)
_STATES = {"active": "Silent now", "pending": "Planned", "expired": "Over"}


@require_safe
@requires("alert.read")
def listing(request: Request) -> HttpResponse:
    now, visible = clock.now(), access.visible_incidents(request.principal)
    page = pages.page(
        noise.silences(now, "expired"),
        "over",
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
        size=EXPIRED_SHOWN,
    )
    context = {
        "active": noise.active_rows(visible, now),
        "pending": noise.silences(now, "pending")[: noise.MOST_SHOWN],
        "expired": page.rows,
        "older": f"?before={page.older}#expired" if page.older else "",
        "newer": f"?after={page.newer}#expired" if page.newer else "",
        "may": abilities(request.principal),
    }
    return render(request, "incidents/noise/silences.html", context)


@require_safe
@requires("alert.read")
def detail(request: Request, silence_id: UUID) -> HttpResponse:
    found, now = _found(silence_id), clock.now()
    visible = access.visible_incidents(request.principal)
    key = str(silence_id)
    held = noise.held_by(visible, "silence", [key]).get(key, noise.NOTHING)
    under = noise.muted_by(visible, "silence", key)[:HELD_SHOWN]
    state = found.state_at(now)
    context = {
        "row": noise.row_of(found, held, now),
        "silence": found,
        "state": "" if state == "active" else state,
        "state_word": _STATES[state],
        "alerts": under if held.count else [],
        "may": abilities(request.principal),
    }
    return render(request, "incidents/noise/silence.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("alert.silence")
def new(request: Request) -> HttpResponse:
    about = _about(request)
    return _edit(request, SilenceForm(request.POST or None, alerts=about), about)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("alert.silence")
def edit(request: Request, silence_id: UUID) -> HttpResponse:
    return _edit(request, SilenceForm(request.POST or None, silence=_found(silence_id)), [])


def _edit(request: Request, form: SilenceForm, about: Sequence[Alert]) -> HttpResponse:
    """Two buttons: one saves, the other shows what that would have done; a script asks for the
    second whenever something changes."""
    looked = None
    if request.method == "POST":
        if _only_looks(request):
            looked = _preview(request, form)
            if getattr(request, "htmx", False):
                return render(request, "incidents/noise/_preview.html", {"shown": looked})
        elif made := form.save(request.principal.actor):
            messages.success(request, _told(request, made))
            return redirect("web:silences")
    context = {
        "form": form,
        "alerts": about,
        "zone": timezone.get_current_timezone_name(),
        "shown": looked,
        "may": abilities(request.principal),
    }
    wrong = form.is_bound and bool(form.errors)
    status = 422 if wrong else 200
    return render(request, "incidents/noise/silence_form.html", context, status=status)


def _only_looks(request: Request) -> bool:
    return request.POST.get("do") == "preview" or bool(getattr(request, "htmx", False))


def _preview(request: Request, form: SilenceForm) -> Shown:
    form.forget_errors_but("matchers", "labels")
    return shown(request.principal, lambda: preview_silence(form.wanted()), now=form.wanted)


def _told(request: Request, made: Silence) -> str:
    visible = access.visible_incidents(request.principal)
    count = noise.firing_that_match(visible, made.matchers_read).count
    if made.state == "pending":
        return "The silence is planned."
    if not count:
        return "It is silent. Nothing that fires now matches."
    return (
        "Silenced, with one alert that fires."
        if count == 1
        else f"Silenced, with {count} alerts that fire."
    )


@require_POST
@requires("alert.silence")
def change(request: Request, silence_id: UUID) -> HttpResponse:
    """expire | extend | again, by the field `action`."""
    found, act = _found(silence_id), _ACTIONS.get(request.POST.get("action", ""))
    if act is None:
        raise Invalid("That is no action of a silence.", "Use expire, extend or again.")
    try:
        messages.success(request, act(request, found))
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    return redirect("web:silences")


def _expire(request: Request, found: Silence) -> str:
    silences.expire(silence_uuid=found.uuid, actor=request.principal.actor)
    return "The silence is over. What still fires under it opens incidents now."


def _extend(request: Request, found: Silence) -> str:
    if found.ends_at is None or found.state == "expired":
        raise Conflict("Only a silence with an end that is still to come can be extended.")
    draft = replace(_as_it_is(found), ends_at=found.ends_at + HOUR)
    silences.change(silence_uuid=found.uuid, draft=draft, actor=request.principal.actor)
    return "The silence lasts an hour longer."


def _again(request: Request, found: Silence) -> str:
    """The same once more, from now on and as long as it was meant to last."""
    now = clock.now()
    end = now + (found.ends_at - found.starts_at) if found.ends_at else None
    actor = request.principal.actor
    draft = replace(_as_it_is(found), starts_at=now, ends_at=end, creator=actor.name)
    made = silences.silence(draft=draft, actor=actor)
    return _told(request, made)


_ACTIONS = {"expire": _expire, "extend": _extend, "again": _again}


def _as_it_is(found: Silence) -> silences.Draft:
    return silences.Draft(
        matchers=found.matchers_read,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        until_resolved=found.until_resolved,
        comment=found.comment,
        creator=found.creator,
    )


def _found(uuid: UUID) -> Silence:
    found = Silence.objects.filter(uuid=uuid).first()
    if found is None:
        raise NotFound("There is no such silence.", "See all silences under /silences.")
    return found


def _about(request: Request) -> Sequence[Alert]:
    """The alerts that were picked, or on whose page “Silence” was pressed."""
    asked = request.POST.getlist("alert") or request.GET.getlist("alert")
    pks = [int(pk) for pk in asked[:PICKED] if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    visible = alerts.visible(access.visible_incidents(request.principal))
    return list(visible.filter(pk__in=pks)) if pks else []
