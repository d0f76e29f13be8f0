"""Durations of incidents: one measure a file, rolled up by day."""

from dataclasses import dataclass

from incidents.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Measure:
    """The seconds between two timestamps of an incident; it counts on the day of `end`."""

    label: str
    start: str
    end: str


MEASURES: Registry[Measure] = Registry("incidents.reactions.metrics.measures")
