"""The same done to many incidents: each by its own verb, with its own fact.

First it is tried and undone again, so that what would be refused is said before anything is done;
then it is done to those that were confirmed, and what was refused is said with the reason.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from incidents import access
from incidents.access import Principal
from incidents.kernel.errors import DomainError, Invalid
from incidents.models import Incident, IncidentRole, Severity, User
from incidents.pipeline import lifecycle, moves
from incidents.pipeline.triage import Severities
from incidents.web.guard import Request, requires
from incidents.web.typed import text

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: `do` and its `value`, and what the verb wants to know besides."""

    do: str
    value: str
    reason: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it for one incident; `refused` says why not, `undo` what takes it back."""

    reference: str
    title: str = ""
    refused: str = ""
    undo: str = ""


Deed = Callable[[Principal, Incident, Order], str]


def _severity(principal: Principal, incident: Incident, order: Order) -> str:
    access.require(principal, "incident.command", incident)
    severity = Severities.load().named(order.value)
    if severity.pk == incident.severity_id:
        raise Invalid(f"It is {severity.code} already.")
    old = incident.severity.code
    lifecycle.set_severity(
        incident_id=incident.pk, severity=severity, actor=principal.actor, reason=order.reason
    )
    return f"severity:{old}"


def _move(principal: Principal, incident: Incident, order: Order) -> str:
    access.require(principal, access.action_of_move(order.value), incident)
    lifecycle.move(
        incident_id=incident.pk, name=order.value, actor=principal.actor, reason=order.reason
    )
    return ""


def _false_alarm(principal: Principal, incident: Incident, order: Order) -> str:
    access.require(principal, "incident.respond", incident)
    is_false = order.value == "yes"
    if incident.false_positive == is_false:
        raise Invalid("It is marked so already.")
    changes = {"false_positive": is_false}
    lifecycle.edit(incident_id=incident.pk, changes=changes, actor=principal.actor)
    return f"false_positive:{'no' if is_false else 'yes'}"


def _assign(principal: Principal, incident: Incident, order: Order) -> str:
    user = User.objects.filter(username=order.handle, is_active=True).first()
    if user is None:
        raise Invalid(f"There is nobody with the handle {order.handle!r}.", "Choose somebody.")
    locked = lifecycle.locked(incident.pk)
    action = access.action_of_assigning(principal, locked, role=order.value, user=user)
    access.require(principal, action, incident)
    held = {(row.role, row.user_id) for row in incident.current_roles()}
    if (order.value, user.pk) in held:
        raise Invalid(f"{user} has that role already.")
    lifecycle.assign(incident_id=incident.pk, role=order.value, user=user, actor=principal.actor)
    return ""


DEEDS: Final[dict[str, Deed]] = {
    "severity": _severity,
    "move": _move,
    "false_positive": _false_alarm,
    "assign": _assign,
}


def run(principal: Principal, refs: Iterable[str], order: Order) -> list[Outcome]:
    """Do it to each, one transaction an incident; what is refused stops no other."""
    return [_one(principal, ref, order, keep=True) for ref in refs]


def rehearse(principal: Principal, refs: Iterable[str], order: Order) -> list[Outcome]:
    """What would come of it: done and taken back, so that nobody is told and nothing stays."""
    return [_one(principal, ref, order, keep=False) for ref in refs]


def _one(principal: Principal, ref: str, order: Order, *, keep: bool) -> Outcome:
    title = ""
    try:
        with transaction.atomic():
            incident = access.incident_for(principal, ref)
            title = incident.title
            undo = DEEDS[order.do](principal, incident, order)
            if not keep:
                transaction.set_rollback(True)
    except DomainError as error:
        return Outcome(ref, title, refused=str(error))
    return Outcome(incident.reference, title, undo=undo)


@require_POST
@requires("incident.respond")
def bulk(request: Request) -> HttpResponse:
    refs = list(dict.fromkeys(r.replace("\0", "")[:60] for r in request.POST.getlist("ref")))
    if not refs or len(refs) > MOST:
        raise Invalid(f"Select from 1 to {MOST} incidents.", "Tick them in the list.")
    do, _, value = request.POST.get("do", "").partition(":")
    if do == "merge":
        return redirect(f"{reverse('web:merge')}?{urlencode({'ref': refs}, doseq=True)}")
    user = request.principal.user
    order = Order(
        do=do,
        value=value.replace("\0", ""),
        reason=text(request, "reason")[:300],
        handle=request.POST.get("handle", user.username if user else "").replace("\0", ""),
    )
    sentence = _sentence(order)
    if request.POST.get("confirmed") != "yes":
        return _ask(request, refs, order, sentence)
    outcomes = run(request.principal, refs, order)
    return _tell(request, outcomes, sentence)


def _sentence(order: Order) -> str:
    """What is to be done, in words. Invalid where it is nothing that can be."""
    words: dict[str, dict[str, str]] = {
        "severity": {s.code: f"Change the severity to {s.code}" for s in Severity.objects.all()},
        "move": {move.name: f"{move.label}" for move in moves.MOVES.values()},
        "false_positive": {"yes": "Mark as false alarm", "no": "Mark as real"},
        "assign": {r.value: f"Assign as {r.label.lower()}" for r in IncidentRole},
    }
    found = words.get(order.do, {}).get(order.value)
    if found is None:
        raise Invalid("Choose what to do with them.", "Nothing was changed.")
    return found


def _ask(request: Request, refs: list[str], order: Order, sentence: str) -> HttpResponse:
    outcomes = rehearse(request.principal, refs, order)
    context = {
        "order": order,
        "sentence": sentence,
        "done": [each for each in outcomes if not each.refused],
        "refused": [each for each in outcomes if each.refused],
        "people": User.objects.filter(is_active=True).exclude(role="observer").order_by("name")
        if order.do == "assign"
        else [],
    }
    return render(request, "incidents/bulk.html", context)


def _tell(request: Request, outcomes: list[Outcome], sentence: str) -> HttpResponse:
    undo: dict[str, list[Any]] = {}
    for each in outcomes:
        if each.undo and not each.refused:
            undo.setdefault(each.undo, []).append(each.reference)
    context = {
        "sentence": sentence,
        "done": [each for each in outcomes if not each.refused],
        "refused": [each for each in outcomes if each.refused],
        "undo": list(undo.items()),
        "told": True,
    }
    return render(request, "incidents/bulk.html", context)
