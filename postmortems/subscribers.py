"""What the spoke hears of: its own facts, which must be known wherever facts are read, and tasks
of the war room that outlive it."""

from incidents.events import bus
from incidents.events.tasks import TaskChanged, TaskDone, TaskDropped, TaskOpened, TaskReopened
from incidents.events.types import StateChanged
from incidents.models import OVER, Fact
from postmortems import events, services
from postmortems.selectors.tasks import merged_into

__all__ = ["events"]


@bus.subscribe(TaskOpened, TaskChanged, name="postmortems.kept_tasks")
def keep_for_afterwards(fact: Fact) -> None:
    if fact.body.follow_up:
        services.take_over(incident_id=fact.incident_id, cause=fact)


@bus.subscribe(StateChanged, name="postmortems.unfinished_tasks")
def take_what_is_unfinished(fact: Fact) -> None:
    """Of the incident that is over, and of those that were merged into it."""
    if fact.body.new in OVER:
        for incident_id in [fact.incident_id, *merged_into(fact.incident_id)]:
            services.take_over(incident_id=incident_id, cause=fact)


@bus.subscribe(TaskDone, TaskDropped, TaskReopened, name="postmortems.ended_tasks")
def follow_the_task(fact: Fact) -> None:
    services.follow(incident_id=fact.incident_id, number=fact.body.number)
