"""What stands on the record of a room: tasks, pins, decisions, hypotheses; a few, or too many."""

from collections.abc import Mapping
from datetime import timedelta

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from warroom.models import Message
from warroom.services import decisions, hypotheses, pins, tasks
from warroom.services.decisions import DecisionContent
from warroom.services.tasks import TaskContent


def some(incident: Incident, people: Mapping[str, User]) -> None:
    pk, cara, dora = incident.pk, Actor.of(people["cara"]), Actor.of(people["dora"])
    said = Message.objects.filter(incident=incident).order_by("seq")
    last = said.reverse()[0]
    late, soon = clock.now() - timedelta(minutes=4), clock.now() + timedelta(minutes=25)
    for content in (
        TaskContent(title="Roll back 4411", assignee=people["cara"], due_at=late),
        TaskContent(title="Call the card network", assignee=people["dora"], due_at=soon),
        TaskContent(title="Raise the limit of the pool for good", follow_up=True),
        TaskContent(title="Look at the load balancer", due_at=soon),
        TaskContent(title="Restart the gateway"),
    ):
        seq = last.seq if content.title == "Roll back 4411" else None
        tasks.open_task(incident_id=pk, content=content, actor=cara, said_seq=seq)
    tasks.set_state(incident_id=pk, number=1, state="doing", actor=cara)
    tasks.set_state(incident_id=pk, number=4, state="done", actor=dora)
    reason = "The pool is at fault, not the gateway"
    tasks.set_state(incident_id=pk, number=5, state="dropped", actor=dora, reason=reason)
    pins.pin(incident_id=pk, seq=said[1].seq, actor=dora)
    pins.pin(incident_id=pk, seq=1, actor=cara)
    wait = DecisionContent(text="Wait for the card network", decider=people["dora"])
    decisions.record(incident_id=pk, content=wait, actor=cara)
    back = DecisionContent(
        text="Roll back 4411",
        why="the pool filled up right after it",
        alternatives="raise the limit by hand",
        supersedes=1,
    )
    decisions.record(incident_id=pk, content=back, actor=cara)
    for text in ("The card network is down", "4411 leaks connections", "A bot holds the pool"):
        hypotheses.propose(incident_id=pk, text=text, actor=dora)
    evidence = "Both networks answer within 80 ms"
    hypotheses.judge(incident_id=pk, number=1, verdict="refuted", evidence=evidence, actor=dora)


def many(incident: Incident, people: Mapping[str, User], word: str, long: str) -> None:
    actor = Actor.of(people["cara"])
    messages = Message.objects.filter(incident=incident, deleted_at__isnull=True)
    for n in range(40):
        content = TaskContent(
            title=f"{n} {long} {word}"[:300],
            assignee=people[f"maximiliana-{n}"],
            due_at=clock.now() + timedelta(minutes=n - 10),
        )
        tasks.open_task(incident_id=incident.pk, content=content, actor=actor)
        reason = f"{word} {long}"[:300]
        if n > 30:
            tasks.set_state(
                incident_id=incident.pk, number=n, state="dropped", actor=actor, reason=reason
            )
    for message in messages[:30]:
        pins.pin(incident_id=incident.pk, seq=message.seq, actor=actor)
    for _ in range(15):
        decision = DecisionContent(text=long * 3, why=f"{word} {long}", alternatives=word * 3)
        decisions.record(incident_id=incident.pk, content=decision, actor=actor)
        hypotheses.propose(incident_id=incident.pk, text=f"{word * 3} {long}", actor=actor)
