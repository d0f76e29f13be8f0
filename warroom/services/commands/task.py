"""/task check the replicas @mei in 30m · /task done 3 · /task drop 3 it was the cache"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from incidents.commands.people import person
from incidents.kernel import clock
from incidents.kernel.errors import Invalid
from incidents.models import User
from warroom.models import TaskState
from warroom.selectors import tasks as selectors
from warroom.services import tasks
from warroom.services.commands import REGISTRY, Call, Plan, first_word, planned
from warroom.services.text import whole

_STATES: Final = {
    "start": TaskState.DOING,
    "done": TaskState.DONE,
    "finish": TaskState.DONE,
    "drop": TaskState.DROPPED,
    "reopen": TaskState.OPEN,
}
_WORDS: Final = {
    TaskState.DOING: "Begins",
    TaskState.DONE: "Finishes",
    TaskState.DROPPED: "Drops",
    TaskState.OPEN: "Reopens",
}
_IN: Final = re.compile(r"\s+in\s+(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?)$", re.IGNORECASE)
_BY: Final = re.compile(r"\s+(?:by|at|due)\s+([01]?\d|2[0-3]):([0-5]\d)$", re.IGNORECASE)
_WHO: Final = re.compile(r"(?:^|\s)@([\w.-]*\w)(?=\s|$)")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_EXAMPLE: Final = "For instance: /task check the replicas @mei in 30m, or: /task done 3"


def _plan(call: Call) -> Plan:
    verb, rest = first_word(call.argument)
    word, reason = first_word(rest)
    number = whole(word)
    if verb.lower() in _STATES and number is not None:
        return _change(call, number, _STATES[verb.lower()], reason)
    content = _content(call)
    return Plan(
        _opens(content),
        lambda: _silently(
            tasks.open_task(
                incident_id=call.incident.pk, content=content, actor=call.principal.actor
            )
        ),
    )


def _change(call: Call, number: int, state: TaskState, reason: str) -> Plan:
    task = selectors.numbered(call.incident, number)
    if state == TaskState.DROPPED and not reason:
        raise Invalid("A task is not dropped without a reason.", "Say why after its number.")
    return Plan(
        f"{_WORDS[state]} task {number} “{task.title}”.",
        lambda: _silently(
            tasks.set_state(
                incident_id=call.incident.pk,
                number=number,
                state=state,
                actor=call.principal.actor,
                reason=reason,
            )
        ),
    )


def _opens(content: tasks.TaskContent) -> str:
    who = f" for {content.assignee}" if content.assignee else ""
    due = f", due {content.due_at.astimezone(UTC):%d %b %H:%M} UTC" if content.due_at else ""
    return f"Opens the task “{content.title}”{who}{due}."


def _silently(_done: object) -> str:
    """The fact tells it to everybody, whoever sent the command too."""
    return ""


def _content(call: Call) -> tasks.TaskContent:
    """Title, at most one @person, and at the end when it is due."""
    text, due_at = _due(f" {call.argument.strip()}", call.principal.user)
    who = _WHO.search(text)
    assignee = person(who[1], call.principal) if who else None
    title = _WHO.sub("", text, count=1).strip() if who else text.strip()
    if not title:
        raise Invalid("A task needs a title.", _EXAMPLE, field="title")
    return tasks.TaskContent(title=title, assignee=assignee, due_at=due_at)


def _due(text: str, user: User | None) -> tuple[str, datetime | None]:
    """The text without "in 30m" or "by 14:30" at its end, and when that is for `user`."""
    now = clock.now()
    if found := _IN.search(text):
        length = timedelta(**{_UNITS[found[2][0].lower()]: int(found[1])})
        return text[: found.start()], now + length
    if found := _BY.search(text):
        zone = ZoneInfo(user.time_zone if user and user.time_zone else "UTC")
        here = now.astimezone(zone)
        at = here.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
        return text[: found.start()], at if at > here else at + timedelta(days=1)
    return text, None


REGISTRY.add("task")(
    planned(
        _plan,
        hint="title [@who] [in 30m or by 14:30], or done 3",
        help="Write down what is to be done, or finish it",
        action="incident.respond",
        aliases={"todo": ""},
    )
)
