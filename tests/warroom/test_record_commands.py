"""What the commands for tasks, pins, decisions and hypotheses say before they do it."""

import pytest

from incidents.access import Principal
from incidents.commands import running
from incidents.kernel.actor import Actor
from incidents.models import Incident
from tests.conftest import People
from warroom.services import chat, hypotheses, tasks


@pytest.fixture
def busy(incident: Incident, people: People) -> Incident:
    """A message (3), a task (1) and a hypothesis (1)."""
    pk, tom = incident.pk, Actor.of(people.teammate)
    chat.post(incident_id=pk, body="The pool is full", actor=tom)
    tasks.open_task(incident_id=pk, content=tasks.TaskContent(title="Look"), actor=tom)
    hypotheses.propose(incident_id=pk, text="The pool leaks", actor=tom)
    incident.refresh_from_db()
    return incident


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("/task check it @cara", "Opens the task “check it” for Cara Commander."),
        ("/todo check it", "Opens the task “check it”."),
        ("/task done 1", "Finishes task 1 “Look”."),
        ("/pin", "Pins “Tom Teammate said: The pool is full”."),
        ("/decision wait because it heals", "decided: wait, because it heals."),
        ("/hypothesis the disk", "Proposes the hypothesis: the disk"),
        ("/hypothesis refuted 1 no", "Calls hypothesis 1 “The pool leaks” refuted."),
        ("/task", "A task needs a title"),
        ("/task done 9", "has no task 9"),
        ("/task drop 1", "not dropped without a reason"),
        ("/pin 99", "no message or fact 99"),
        ("/decision", "A decision needs words"),
        ("/hypothesis supported 1", "Without evidence it stays open"),
        ("/hypothesis supported 7 x", "has no hypothesis 7"),
    ],
)
def test_it_says_what_it_would_do_and_does_nothing(
    busy: Incident, people: People, typed: str, says: str
) -> None:
    principal = Principal(user=people.teammate)
    shown = running.preview(principal=principal, incident=busy, text=typed)
    assert says in shown.says
    assert Incident.objects.get(pk=busy.pk).last_seq == busy.last_seq
