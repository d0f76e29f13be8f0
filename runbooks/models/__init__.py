"""The rows of the spoke: runbooks, when they fit, and how far each run has come."""

from runbooks.models.pattern import Compared, RunbookPattern
from runbooks.models.run import RunbookRun, StepTick
from runbooks.models.runbook import MAX_BODY, Category, Runbook

__all__ = [
    "MAX_BODY",
    "Category",
    "Compared",
    "Runbook",
    "RunbookPattern",
    "RunbookRun",
    "StepTick",
]
