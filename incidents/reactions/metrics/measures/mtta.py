"""Time to acknowledge: from opening the incident until somebody took it."""

from incidents.reactions.metrics import MEASURES, Measure

MEASURES.add("mtta")(Measure("Time to acknowledge", "opened_at", "acknowledged_at"))
