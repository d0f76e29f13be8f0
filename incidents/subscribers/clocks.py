"""Watching the clocks of an incident."""

from datetime import datetime

from incidents.events import bus
from incidents.models import Fact
from incidents.reactions import overdue


@bus.subscribe_to(overdue.KINDS, name="incidents.update_due")
def next_update(fact: Fact) -> datetime | None:
    return overdue.look(fact)
