"""Reads of decisions and hypotheses."""

from incidents.models import Incident
from warroom.models import Decision, Hypothesis


def decisions(incident: Incident) -> list[Decision]:
    """The last one first; each knows what stands in its place. One query."""
    rows = Decision.objects.filter(incident=incident).select_related("superseded_by")
    return list(rows.order_by("-number"))


def hypotheses(incident: Incident) -> list[Hypothesis]:
    """As they were proposed. One query."""
    return list(Hypothesis.objects.filter(incident=incident).order_by("number"))
