"""What detection has to say goes the way of every other signal: a row that the engine folds."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from incidents.events.bus import wake_engine
from incidents.models import Integration, Signal

ADAPTER: Final = "detection"


def send(integration: Integration, signals: Sequence[Mapping[str, Any]]) -> None:
    """Call inside the transaction that remembers what was said."""
    if not signals:
        return
    Signal.objects.create(
        integration=integration,
        adapter=ADAPTER,
        delivery_id=uuid.uuid4(),
        body=msgspec.json.encode(signals),
    )
    wake_engine()
