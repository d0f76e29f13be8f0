"""From Markdown to steps and safe HTML, and how far a run has come. No database."""

from runbooks.rendering.changes import Change, DiffLine, changes, difference
from runbooks.rendering.html import to_html
from runbooks.rendering.outline import Outline, Step, outline
from runbooks.rendering.progress import Progress, ShownStep, progress

__all__ = [
    "Change",
    "DiffLine",
    "Outline",
    "Progress",
    "ShownStep",
    "Step",
    "changes",
    "difference",
    "outline",
    "progress",
    "to_html",
]
