"""The log of decisions: what was decided, by whom, why, and what it replaces."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from incidents.events import bus
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, NotFound
from incidents.models import Incident, User
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import MAX_DECISION, Decision
from warroom.services.text import line


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionContent:
    """`decider` is who decided, where that is not who records it; `supersedes` the number of the
    decision that this one replaces."""

    text: str
    why: str = ""
    alternatives: str = ""
    decider: User | None = None
    supersedes: int | None = None


@transaction.atomic
def record(*, incident_id: int, content: DecisionContent, actor: Actor) -> Decision:
    """Raises Invalid without words, NotFound or Conflict for what cannot be replaced."""
    incident = lifecycle.locked(incident_id)
    earlier = _standing(incident, content.supersedes) if content.supersedes else None
    body = _body(incident, content, actor)
    fact = bus.emit(incident, body, actor=actor)
    decision = Decision.objects.create(
        incident=incident,
        number=body.number,
        seq=fact.seq,
        text=body.decision,
        why=body.why,
        alternatives=body.alternatives,
        decider_id=content.decider.pk if content.decider else actor.user_id,
        decider_name=body.decider or actor.name,
        decided_at=fact.occurred_at,
    )
    if earlier is not None:
        earlier.superseded_by = decision
        earlier.save(update_fields=["superseded_by"])
    return decision


def _body(incident: Incident, content: DecisionContent, actor: Actor) -> events.DecisionRecorded:
    last = Decision.objects.filter(incident=incident).aggregate(n=Max("number"))["n"] or 0
    another = content.decider is not None and content.decider.pk != actor.user_id
    needed = "A decision needs words."
    return events.DecisionRecorded(
        number=last + 1,
        decision=line(content.text, name="decision", most=MAX_DECISION, needed=needed),
        why=line(content.why, name="why", most=MAX_DECISION),
        alternatives=line(content.alternatives, name="alternatives", most=MAX_DECISION),
        decider=str(content.decider) if another else "",
        supersedes=content.supersedes or 0,
    )


def _standing(incident: Incident, number: int) -> Decision:
    rows = Decision.objects.filter(incident=incident, number=number)
    decision = rows.select_related("superseded_by").first()
    if decision is None:
        raise NotFound(f"{incident.reference} has no decision {number}.")
    if decision.superseded_by is not None:
        later = decision.superseded_by.number
        raise Conflict(
            f"Decision {number} does not stand any more.", f"Replace decision {later} instead."
        )
    return decision
