"""Who was in the room, for its recording: some come, some look away, some go."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import cycle
from typing import Final

from incidents.models import Incident, User
from warroom.models import Attendance, Presence

HUB: Final = "walked"


def some(incident: Incident, people: Mapping[str, User]) -> None:
    """Everybody of `people` comes within minutes; every third one leaves."""
    begin = incident.opened_at + timedelta(minutes=1)
    states = cycle((Presence.RESPONDING, Presence.WATCHING, Presence.AWAY))
    rows = []
    for n, (user, state) in enumerate(zip(people.values(), states, strict=False)):
        came = begin + timedelta(seconds=5 * n)
        stays = timedelta(minutes=10) if n % 3 == 0 else timedelta(hours=8)
        for at, each in ((came, state), (came + stays, Presence.LEFT)):
            who = {"handle": user.username, "name": str(user)}
            rows.append(Attendance(incident=incident, hub=HUB, state=each, at=at, **who))
    Attendance.objects.bulk_create(rows)
