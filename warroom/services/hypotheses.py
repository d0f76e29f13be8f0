"""What it could be: proposed, and judged by evidence."""

from django.db import transaction
from django.db.models import Max

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import Incident
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import MAX_HYPOTHESIS, Hypothesis, Verdict
from warroom.services.text import line


@transaction.atomic
def propose(*, incident_id: int, text: str, actor: Actor) -> Hypothesis:
    """Raises Invalid without words."""
    incident = lifecycle.locked(incident_id)
    needed = "A hypothesis needs words."
    words = line(text, name="hypothesis", most=MAX_HYPOTHESIS, needed=needed)
    last = Hypothesis.objects.filter(incident=incident).aggregate(n=Max("number"))["n"] or 0
    body = events.HypothesisProposed(number=last + 1, hypothesis=words)
    fact = bus.emit(incident, body, actor=actor)
    return Hypothesis.objects.create(
        incident=incident,
        number=body.number,
        seq=fact.seq,
        text=words,
        proposed_by=actor.name,
        proposed_at=fact.occurred_at,
    )


@transaction.atomic
def judge(
    *, incident_id: int, number: int, verdict: str, evidence: str, actor: Actor
) -> Hypothesis:
    """Say what the evidence speaks for. Only opening it again needs no evidence."""
    if verdict not in Verdict.values:
        known = ", ".join(Verdict.values)
        raise Invalid(f"There is no verdict {verdict!r}.", f"Use one of: {known}.", field="verdict")
    incident = lifecycle.locked(incident_id)
    hypothesis = numbered(incident, number)
    needed = "" if verdict == Verdict.OPEN else "Without evidence it stays open."
    words = line(evidence, name="evidence", most=MAX_HYPOTHESIS, needed=needed)
    if (hypothesis.verdict, hypothesis.evidence) == (verdict, words):
        return hypothesis
    hypothesis.verdict, hypothesis.evidence = verdict, words
    hypothesis.judged_by, hypothesis.judged_at = actor.name, clock.now()
    hypothesis.save()
    body = events.HypothesisJudged(
        number=number, hypothesis=hypothesis.text, verdict=verdict, evidence=words
    )
    bus.emit(incident, body, actor=actor)
    return hypothesis


def numbered(incident: Incident, number: int) -> Hypothesis:
    """Raises NotFound."""
    hypothesis = Hypothesis.objects.filter(incident=incident, number=number).first()
    if hypothesis is None:
        raise NotFound(f"{incident.reference} has no hypothesis {number}.")
    return hypothesis
