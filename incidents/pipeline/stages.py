"""Ticking the checklists of the stages."""

from typing import Any, Final

from django.db import transaction

from incidents.events import bus, clocks
from incidents.kernel.actor import Actor
from incidents.kernel.clock import now
from incidents.kernel.errors import NotFound
from incidents.models import Incident, Stage, StageCheck, StageCode, StageTick
from incidents.pipeline import lifecycle

_STAGES: Final[dict[str, tuple[Any, ...]]] = {
    StageCode.ASSESSMENT: (
        *(0, 5),
        "Say what is broken and who notices it",
        "Check that the severity fits",
        "See whether others are needed, and call them",
    ),
    StageCode.CONTAINMENT: (
        *(0, 15),
        "Name a commander and who tells customers",
        "Stop the spread: roll back, switch off, shed load or fail over",
        "Publish a first update",
    ),
    StageCode.INVESTIGATION: (
        *(5, 30),
        "Look at what changed shortly before it began",
        "Write down what it could be, and try the likeliest first",
        "Keep logs and graphs that may be gone later",
    ),
    StageCode.REMEDIATION: (
        *(15, 60),
        "Agree on the fix, and on how to undo it",
        "Carry out the fix, one change at a time",
        "Check that customers notice the difference",
    ),
    StageCode.RECOVERY: (
        *(5, 15),
        "Watch that it holds",
        "Take back what was done for the time being",
        "Tell customers that it is over",
        "Write down what is left to do",
    ),
}


def load_stages() -> None:
    """Make the stages that are missing, with what to check in each; the rest stays as it is."""
    for code, (begin, end, *lines) in _STAGES.items():
        times = {"from_minutes": begin, "to_minutes": end}
        stage, is_new = Stage.objects.get_or_create(code=code, defaults=times)
        for position, line in enumerate(lines if is_new else ()):
            StageCheck.objects.create(stage=stage, text=line, position=position)


@transaction.atomic
def check(*, incident_id: int, check_id: int, done: bool, actor: Actor) -> Incident:
    """Tick one line of a checklist, or take the tick back; twice is once. Raises NotFound."""
    incident = lifecycle.locked(incident_id)
    line = StageCheck.objects.select_related("stage").filter(pk=check_id).first()
    if line is None:
        raise NotFound("There is no such line in the checklists.", "Reload the room.")
    ticks = StageTick.objects.filter(incident=incident, check_line=line)
    if ticks.exists() == done:
        return incident
    if done:
        StageTick.objects.create(incident=incident, check_line=line, by_name=actor.name, at=now())
    else:
        ticks.delete()
    fact = clocks.StageChecked if done else clocks.StageUnchecked
    body = fact(check_id=line.pk, stage=str(line.stage), check=line.text)
    bus.emit(incident, body, actor=actor)
    return incident
