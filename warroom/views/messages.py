"""One message: its thread, its earlier versions, and what people do with it by forms."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents import access
from incidents.models import Incident
from incidents.web.guard import Request, requires
from warroom.models import Message, Said, emoji
from warroom.rendering import Version, item_of_message, version_of
from warroom.selectors import messages as reads
from warroom.services import chat, mentions, reactions, reading
from warroom.views.links import abilities_in
from warroom.views.room import Context, number

MENTIONABLE = 500


def _found(
    request: Request, ref: str, seq: int, action: str = "incident.respond"
) -> tuple[Incident, Message]:
    incident = access.incident_for(request.principal, ref, action)
    return incident, chat.by_seq(incident, seq)


def _back(request: Request, incident: Incident, message: Message) -> HttpResponse:
    """Nothing for a script, which hears of it by the room's socket; else the message's page."""
    if getattr(request, "htmx", None):
        return HttpResponse(status=204)
    return redirect("warroom:message", ref=incident.reference, seq=message.seq)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.read")
def message(request: Request, ref: str, seq: int) -> HttpResponse:
    """The message with its replies; a POST by its author changes its text."""
    if request.method == "POST":
        incident, found = _found(request, ref, seq)
        text = request.POST.get("text", "")
        chat.edit(message_id=found.pk, body=text, actor=request.principal.actor)
        return _back(request, incident, found)
    incident, found = _found(request, ref, seq, "incident.read")
    context = _thread_context(request, incident, found)
    if getattr(request, "htmx", None):
        return render(request, "warroom/_thread.html", context)
    context |= _page_context(request, incident, found)
    return render(request, "warroom/message.html", context)


def _thread_context(request: Request, incident: Incident, message: Message) -> Context:
    root = message.thread or message
    reader = request.principal.actor.handle
    whole = [*reads.said(Message.objects.filter(pk=root.pk)), *reads.replies(root)]
    items = [item_of_message(said, reader=reader, in_thread=True) for said in whole]
    return {
        "incident": incident,
        "may": abilities_in(request.principal, incident),
        "root": items[0],
        "replies": items[1:],
    }


def _page_context(request: Request, incident: Incident, message: Message) -> Context:
    may = abilities_in(request.principal, incident)
    mine = message.author_handle == request.principal.actor.handle
    return {
        "message": message,
        "versions": _versions(message),
        "emoji": emoji.COMMON_CHARS,
        "may_edit": mine and may.respond and not message.is_deleted,
        "may_delete": (mine or may.command) and may.respond and not message.is_deleted,
    }


def _versions(message: Message) -> list[Version]:
    return [version_of(revision) for revision in reads.versions(message)]


@require_safe
@requires("incident.read")
def versions(request: Request, ref: str, seq: int) -> HttpResponse:
    """How a message read before."""
    incident, found = _found(request, ref, seq, "incident.read")
    if not getattr(request, "htmx", None):
        return redirect("warroom:message", ref=incident.reference, seq=found.seq)
    context = {"incident": incident, "message": found, "versions": _versions(found)}
    return render(request, "warroom/_versions.html", context)


@require_POST
@requires("incident.respond")
def delete(request: Request, ref: str, seq: int) -> HttpResponse:
    incident, found = _found(request, ref, seq)
    chat.delete(message_id=found.pk, principal=request.principal)
    return _back(request, incident, found)


@require_POST
@requires("incident.respond")
def react(request: Request, ref: str, seq: int) -> HttpResponse:
    """Give the emoji, or take it back where it was given."""
    incident, found = _found(request, ref, seq)
    actor, char = request.principal.actor, emoji.named(request.POST.get("emoji", ""))
    said: list[Said] = reads.said(Message.objects.filter(pk=found.pk))
    given = any(one.emoji == char and actor.handle in one.handles for one in said[0].reactions)
    act = reactions.unreact if given else reactions.react
    act(message_id=found.pk, char=char, actor=actor)
    return _back(request, incident, found)


@require_POST
@requires("incident.read")
def read(request: Request, ref: str) -> HttpResponse:
    """Say that everything up to `seq` has been read; without one, everything there is. Or that the
    replies to the message `thread` have been."""
    incident = access.incident_for(request.principal, ref)
    user = request.principal.user
    if user is not None and "thread" in request.POST:
        root = chat.by_seq(incident, number(request.POST["thread"]))
        reading.mark_thread(user=user, root=root)
    elif user is not None:
        seq = number(request.POST.get("seq"))
        reading.mark(user=user, incident=incident, seq=incident.last_seq if seq is None else seq)
    if getattr(request, "htmx", None) or request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect(incident.get_absolute_url())


@require_safe
@requires("incident.read")
def mentionable(request: Request, ref: str) -> JsonResponse:
    """Whom one can call here, for the completion of @handles."""
    incident = access.incident_for(request.principal, ref)
    people = mentions.candidates_for(incident, MENTIONABLE)
    rows = [{"handle": user.username, "name": str(user)} for user in people]
    return JsonResponse({"people": rows})
