"""What kind of incident it is and whom it hurts, told from words and figures, with the reasons.

Reading is pure: tables in, findings out, no query. `settle` puts what was found, and what people
chose, into the fields of an incident. docs/triage.md explains the tables.
"""

from incidents.pipeline.classification.figures import Measured, measured, rank_of
from incidents.pipeline.classification.findings import Evidence, Findings, Told, merged, read
from incidents.pipeline.classification.settling import CHOICES, SETTLED, choose, find, settle

__all__ = [
    "CHOICES",
    "SETTLED",
    "Evidence",
    "Findings",
    "Measured",
    "Told",
    "choose",
    "find",
    "measured",
    "merged",
    "rank_of",
    "read",
    "settle",
]
