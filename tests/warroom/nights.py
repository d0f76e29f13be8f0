"""A night in a room, with everything that a recording shows, at times that are known."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Incident, Severity, User
from incidents.pipeline import lifecycle
from tests.conftest import Declare, People
from warroom.models import Attendance, SaveReason
from warroom.services import chat, decisions, document, document_versions, files, pins, reactions

NIGHT: Final = datetime(2026, 3, 3, 2, tzinfo=UTC)
OLD: Final = "restart the **pool**"
NEW: Final = "roll back 4411 instead"


def at(minutes: float) -> datetime:
    return NIGHT + timedelta(minutes=minutes)


@contextmanager
def clock_at(minutes: float) -> Iterator[None]:
    clock.replace(lambda: at(minutes))
    try:
        yield
    finally:
        clock.replace(None)


def there(incident: Incident, user: User, *states: tuple[float, str], hub: str = "a") -> None:
    Attendance.objects.bulk_create(
        Attendance(
            incident=incident,
            hub=hub,
            handle=user.username,
            name=str(user),
            state=state,
            at=at(minutes),
        )
        for minutes, state in states
    )


def say(incident: Incident, user: User, minutes: float, body: str) -> int:
    with clock_at(minutes):
        message = chat.post(incident_id=incident.pk, body=body, actor=Actor.of(user))
    return message.seq


def reply(incident: Incident, user: User, minutes: float, root: int, body: str) -> None:
    envelope = chat.Envelope(thread=root)
    with clock_at(minutes):
        chat.post(incident_id=incident.pk, body=body, actor=Actor.of(user), envelope=envelope)


def react(
    incident: Incident, user: User, minutes: float, seq: int, char: str, *, back: bool = False
) -> None:
    message, verb = incident.messages.get(seq=seq), reactions.unreact if back else reactions.react
    with clock_at(minutes):
        verb(message_id=message.pk, char=char, actor=Actor.of(user))


def edit(incident: Incident, user: User, minutes: float, seq: int, body: str) -> None:
    message = incident.messages.get(seq=seq)
    with clock_at(minutes):
        chat.edit(message_id=message.pk, body=body, actor=Actor.of(user))


def night(declare: Declare, people: People, *, private: bool = False) -> Incident:
    """Two people, an edited message, a decision, a version of the document, an hour of silence."""
    with clock_at(0):
        incident = declare("Checkout is down", by=people.commander, private=private)
    tom, cara = people.teammate, people.commander
    there(incident, cara, (0.1, "responding"), (95, "left"))
    there(incident, tom, (1, "watching"), (2, "responding"), (30, "left"))
    say(incident, cara, 1, "503 from a third of all requests")
    seq = say(incident, tom, 2, OLD)
    edit(incident, tom, 4, seq, NEW)
    _act(incident, cara, seq)
    say(incident, tom, 90, "All calm after the roll-back")
    with clock_at(92):
        lifecycle.move(incident_id=incident.pk, name="resolve", actor=Actor.of(cara))
    return Incident.objects.get(pk=incident.pk)


def _act(incident: Incident, by: User, seq: int) -> None:
    actor, pk = Actor.of(by), incident.pk
    with clock_at(3):
        worst = Severity.objects.get(code="P0")
        lifecycle.set_severity(incident_id=pk, severity=worst, actor=actor)
    with clock_at(5):
        lifecycle.move(incident_id=pk, name="acknowledge", actor=actor)
        pins.pin(incident_id=pk, seq=seq, actor=actor)
    with clock_at(6):
        document.replace(incident_id=pk, text="## Known\n\nThe pool is full.\n", actor=actor)
        document_versions.keep(incident_id=pk, reason=SaveReason.QUIET)
    with clock_at(7):
        content = decisions.DecisionContent(text="Roll back", why="it began with 4411")
        decisions.record(incident_id=pk, content=content, actor=actor)
    with clock_at(8):
        upload = files.Upload("graph.txt", [b"up and to the right\n"])
        files.add(incident_id=pk, uploads=[upload], actor=actor)
