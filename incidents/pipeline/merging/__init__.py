"""Incidents that belong together: merged into one, taken apart again, linked.

Each verb locks alerts before incidents, as intake does, and both in ascending order.
"""

from incidents.pipeline.merging.joining import Joining, merge
from incidents.pipeline.merging.linking import RELATIONS, link, unlink
from incidents.pipeline.merging.parting import UNDO_DAYS, Parted, unmerge
from incidents.pipeline.merging.splitting import Division, Quote, split

__all__ = [
    "RELATIONS",
    "UNDO_DAYS",
    "Division",
    "Joining",
    "Parted",
    "Quote",
    "link",
    "merge",
    "split",
    "unlink",
    "unmerge",
]
