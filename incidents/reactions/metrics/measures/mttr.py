"""Time to resolve: from opening the incident until it was resolved."""

from incidents.reactions.metrics import MEASURES, Measure

MEASURES.add("mttr")(Measure("Time to resolve", "opened_at", "resolved_at"))
