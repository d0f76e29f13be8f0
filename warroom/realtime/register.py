"""Who comes, changes and goes, for the recording: noted in memory, written now and then at once."""

import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from incidents.kernel import clock
from warroom.realtime.presence import Person

logger = logging.getLogger(__name__)
LEFT: Final = "left"


@dataclass(frozen=True, slots=True)
class Seen:
    incident_id: int
    handle: str
    name: str
    state: str
    at: datetime


# Writes what a hub has seen at a time; False where it had been given up, or is new.
Keep = Callable[[str, Sequence[Seen], datetime], Awaitable[bool]]


class Register:
    """What one hub sees. Whoever comes back before it is written never was away."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._hub = uuid.uuid4().hex
        self._here: dict[int, dict[str, Person]] = {}
        self._new: dict[tuple[int, str], Seen] = {}
        self._written: dict[tuple[int, str], str] = {}

    def note(self, incident_id: int, people: Iterable[Person]) -> None:
        """Everybody whom this hub sees in the room now."""
        now = clock.now()
        before = self._here.pop(incident_id, {})
        here = {person.handle: person for person in people}
        if here:
            self._here[incident_id] = here
        for handle, person in here.items():
            if handle not in before or before[handle].state != person.state:
                self._add(Seen(incident_id, handle, person.name, person.state, now))
        for handle, person in before.items():
            if handle not in here:
                self._add(Seen(incident_id, handle, person.name, LEFT, now))

    async def write(self) -> None:
        """Write what is new, and that this hub lives; what cannot be written stays new."""
        news = [seen for key, seen in self._new.items() if self._state(key) != seen.state]
        if not (news or self._here):
            self._new.clear()
            return
        taken, self._new = self._new, {}
        try:
            is_known = await self._keep(self._hub, news, clock.now())
        except Exception:
            logger.warning("Cannot keep who was in the rooms", exc_info=True)
            self._new = taken | self._new
            return
        self._remember(news, anew=not is_known)

    def _state(self, key: tuple[int, str]) -> str:
        return self._written.get(key, LEFT)

    def _add(self, seen: Seen) -> None:
        self._new[seen.incident_id, seen.handle] = seen

    def _remember(self, news: Iterable[Seen], *, anew: bool) -> None:
        """`anew`: whom this hub saw before has been said to be lost; that is not so."""
        if anew:
            now = clock.now()
            for incident_id, handle in self._written:
                person = self._here.get(incident_id, {}).get(handle)
                if person is not None and (incident_id, handle) not in self._new:
                    self._add(Seen(incident_id, handle, person.name, person.state, now))
            self._written.clear()
        for seen in news:
            if seen.state == LEFT:
                self._written.pop((seen.incident_id, seen.handle), None)
            else:
                self._written[seen.incident_id, seen.handle] = seen.state
