"""Ids of alerts as Opsgenie's API shows them: a UUID and a time in milliseconds.

An alert that came without an alias is named by the id the door gave it, which is also its
fingerprint. Any other id holds the number of the alert, so that nothing has to be kept for it.
"""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

_NUMBERED: Final = re.compile(r"00000000-0000-4000-8000-([0-9a-f]{12})(?:-\d{1,15})?", re.ASCII)
_GIVEN: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d{13}", re.ASCII)


def given(delivery_id: UUID, at: datetime) -> str:
    """The id, and alias, of an alert whose sender named none."""
    return f"{delivery_id}-{int(at.timestamp() * 1000):013d}"


def is_given(text: str) -> bool:
    return _GIVEN.fullmatch(text) is not None and _NUMBERED.fullmatch(text) is None


def shown(number: int, fingerprint: str, started_at: datetime) -> str:
    """The id of the alert with this number and fingerprint."""
    if is_given(fingerprint):
        return fingerprint
    millis = int(started_at.timestamp() * 1000)
    return f"00000000-0000-4000-8000-{number:012x}-{millis:013d}"


def number_in(text: str) -> int | None:
    """The number of the alert that `text` names; None where it holds none."""
    found = _NUMBERED.fullmatch(text.lower())
    return int(found[1], 16) if found else None
