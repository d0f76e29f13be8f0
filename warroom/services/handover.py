"""Handing a role over: offered with how things stand, accepted or declined, in time or not at all.

Whoever has the role keeps it until the offer is accepted. Raises Invalid, NotAllowed, NotFound and
Conflict.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from incidents import access
from incidents.access import Principal
from incidents.commands.people import person
from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.models import SINGLE_ROLES, Fact, Incident, Role, User
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import OfferState, RoleOffer
from warroom.services import catching_up

MAX_NOTE = 500
_TIMER = Actor.system("timer")


@transaction.atomic
def offer(
    *, principal: Principal, incident: Incident, role: str, handle: str, note: str = ""
) -> RoleOffer:
    """Offer `role` to whoever `handle` names. An offer of that role that waits is taken back."""
    receiver = person(handle, principal)
    incident = lifecycle.locked(incident.pk)
    holder = check(principal=principal, incident=incident, role=role, receiver=receiver)
    _withdraw_waiting(incident, role, principal.actor)
    made = RoleOffer(incident=incident, role=role, receiver=receiver, holder=holder, note=note)
    _make(made, principal.actor)
    body = events.RoleOffered(
        **_about(made),
        expires_at=made.expires_at.isoformat(),
        note=made.note,
        checklist=made.checklist,
    )
    bus.emit(incident, body, actor=principal.actor)
    return made


def check(*, principal: Principal, incident: Incident, role: str, receiver: User) -> User | None:
    """Who holds `role` now, if `principal` may offer it to `receiver`."""
    if role not in SINGLE_ROLES:
        names = ", ".join(SINGLE_ROLES)
        raise Invalid("That role cannot be handed over.", f"These can: {names}.", field="role")
    holder = _holder(incident, role)
    if principal.user is None or holder != principal.user:
        access.require(principal, "incident.command", incident)
    _check_receiver(incident, receiver, holder)
    return holder


def _holder(incident: Incident, role: str) -> User | None:
    held = incident.role_assignments.filter(role=role, until__isnull=True).select_related("user")
    assignment = held.first()
    return assignment.user if assignment else None


def _check_receiver(incident: Incident, receiver: User, holder: User | None) -> None:
    if incident.is_over:
        raise Conflict(f"{incident.reference} is over.", "Reopen it first.")
    if receiver == holder:
        raise Invalid(f"{receiver} has that role.", "Choose somebody else.", field="handle")
    if Role(receiver.role) == Role.OBSERVER:
        raise Invalid(f"{receiver} only observes.", "Choose a responder.", field="handle")
    if not access.sees(access.of_user(receiver), incident):
        raise Invalid(
            f"{receiver} does not see this private incident.",
            "Make them a responder in it first.",
            field="handle",
        )


def _make(offered: RoleOffer, giver: Actor) -> None:
    """Fill in who offers it, until when, and how things stand."""
    offered.giver_handle, offered.giver_name = giver.handle, giver.name
    offered.note = offered.note.replace("\0", "").strip()[:MAX_NOTE]
    offered.checklist = catching_up.build(offered.incident).checklist
    offered.offered_at = clock.now()
    offered.expires_at = clock.now() + timedelta(minutes=settings.ROLE_OFFER_MINUTES)
    offered.save()


def _withdraw_waiting(incident: Incident, role: str, actor: Actor) -> None:
    for earlier in RoleOffer.objects.filter(incident=incident, role=role, state=OfferState.OPEN):
        if earlier.expires_at > clock.now():
            _end(earlier, OfferState.WITHDRAWN)
            bus.emit(incident, events.RoleOfferWithdrawn(**_about(earlier)), actor=actor)
        else:
            _expire(incident, earlier)


@transaction.atomic
def accept(*, principal: Principal, incident: Incident, offer_id: int) -> RoleOffer:
    """Take the role over: from now on it is theirs."""
    incident, found = _waiting(principal, incident, offer_id)
    check_unchanged(incident, found)
    _end(found, OfferState.ACCEPTED)
    bus.emit(incident, events.RoleAccepted(**_about(found)), actor=principal.actor)
    lifecycle.assign(
        incident_id=incident.pk, role=found.role, user=found.receiver, actor=principal.actor
    )
    return found


def check_unchanged(incident: Incident, row: RoleOffer) -> None:
    """Raise Conflict where the role is no longer with whom it was when it was offered."""
    holder = _holder(incident, row.role)
    if holder != row.holder:
        raise Conflict(
            f"{holder or 'Nobody'} has that role by now.", "Ask in the room who should have it."
        )


@transaction.atomic
def decline(
    *, principal: Principal, incident: Incident, offer_id: int, reason: str = ""
) -> RoleOffer:
    incident, found = _waiting(principal, incident, offer_id)
    _end(found, OfferState.DECLINED)
    body = events.RoleDeclined(**_about(found), reason=reason.replace("\0", "").strip()[:MAX_NOTE])
    bus.emit(incident, body, actor=principal.actor)
    return found


@transaction.atomic
def withdraw(*, principal: Principal, incident: Incident, offer_id: int) -> RoleOffer:
    """Take an offer back: who made it may, and who commands."""
    incident, found = _open(incident, offer_id)
    if found.giver_handle != principal.actor.handle:
        access.require(principal, "incident.command", incident)
    _end(found, OfferState.WITHDRAWN)
    bus.emit(incident, events.RoleOfferWithdrawn(**_about(found)), actor=principal.actor)
    return found


def waiting_for(principal: Principal, incident: Incident, role: str = "") -> RoleOffer:
    """The offer that waits for the answer of whoever asks. Raises NotFound, and Invalid where
    several wait and `role` does not say which."""
    rows = RoleOffer.objects.filter(
        incident=incident, state=OfferState.OPEN, expires_at__gt=clock.now()
    )
    rows = rows.filter(receiver=principal.user) if principal.user else rows.none()
    found = list(rows.filter(role=role) if role else rows)
    if not found:
        raise NotFound("No role is offered to you here.", "It may have been too late.")
    if len(found) > 1:
        names = ", ".join(row.role for row in found)
        raise Invalid("Several roles are offered to you.", f"Say which: {names}.", field="role")
    return found[0]


def _waiting(principal: Principal, incident: Incident, offer_id: int) -> tuple[Incident, RoleOffer]:
    """The offer, if it waits for the answer of `principal`."""
    incident, found = _open(incident, offer_id)
    if principal.user is None or found.receiver != principal.user:
        raise NotAllowed(f"Only {found.receiver} may answer this offer.")
    return incident, found


def _open(incident: Incident, offer_id: int) -> tuple[Incident, RoleOffer]:
    incident = lifecycle.locked(incident.pk)
    rows = RoleOffer.objects.filter(incident=incident, pk=offer_id)
    found = rows.select_related("receiver", "holder").first()
    if found is None:
        raise NotFound("There is no such offer in this incident.")
    if found.state == OfferState.OPEN and found.expires_at <= clock.now():
        raise Conflict("The offer was not answered in time.", "Ask for it to be made again.")
    if found.state != OfferState.OPEN:
        raise Conflict(f"The offer is over: {found.get_state_display().lower()}.")
    return incident, found


def _about(row: RoleOffer) -> dict[str, Any]:
    return {
        "offer_id": row.pk,
        "role": row.role,
        "handle": row.receiver.username,
        "name": str(row.receiver),
        "giver": row.giver_handle,
    }


def _end(row: RoleOffer, state: OfferState) -> None:
    row.state, row.answered_at = state, clock.now()
    row.save(update_fields=["state", "answered_at"])


@transaction.atomic
def look(fact: Fact) -> datetime | None:
    """Let the offer that `fact` made expire when its time has come; until then, when that is."""
    incident = lifecycle.locked(fact.incident_id, merged_too=True)
    row = RoleOffer.objects.filter(pk=fact.data["offer_id"], state=OfferState.OPEN).first()
    if row is None:
        return None
    if row.expires_at > clock.now():
        return row.expires_at
    _expire(incident, row, cause=fact)
    return None


def _expire(incident: Incident, row: RoleOffer, cause: Fact | None = None) -> None:
    _end(row, OfferState.EXPIRED)
    holder = _holder(incident, row.role)
    body = events.RoleOfferExpired(**_about(row), holder=str(holder) if holder else "")
    bus.emit(incident, body, actor=_TIMER, cause=cause)
