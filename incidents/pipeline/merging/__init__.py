"""Incidents that belong together: merged into one, taken apart again, linked.

Each verb locks alerts before incidents, as intake does, and both in ascending order.
"""

from incidents.pipeline.merging.asking import (
    COMMAND,
    link_for,
    may_merge,
    merge_for,
    split_for,
    unlink_for,
    unmerge_for,
)
from incidents.pipeline.merging.carrying import hold
from incidents.pipeline.merging.joining import Joining, check_pair, merge
from incidents.pipeline.merging.linking import RELATIONS, link, unlink
from incidents.pipeline.merging.parting import Parted, unmerge
from incidents.pipeline.merging.splitting import Division, Quote, split

__all__ = [
    "COMMAND",
    "RELATIONS",
    "Division",
    "Joining",
    "Parted",
    "Quote",
    "check_pair",
    "hold",
    "link",
    "link_for",
    "may_merge",
    "merge",
    "merge_for",
    "split",
    "split_for",
    "unlink",
    "unlink_for",
    "unmerge",
    "unmerge_for",
]
