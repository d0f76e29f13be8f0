"""The kinds of arguments that commands of every app take."""

from typing import Final

from django.db.models import Q

from incidents import access
from incidents.commands.people import PERSON
from incidents.commands.registry import Asked, Choice, Kind
from incidents.models import Incident, IncidentRole, Severity
from incidents.pipeline import moves

__all__ = ["INCIDENT", "PERSON", "ROLE", "SEVERITY", "STATE", "TEXT", "words"]
MOST: Final = 8
TEXT: Final = Kind()


def words(*choices: tuple[str, str]) -> Kind:
    """A kind that is one of a few words: (word, what it means)."""

    def fitting(asked: Asked) -> list[Choice]:
        typed = asked.typed.lower()
        return [Choice(word, label) for word, label in choices if word.startswith(typed)]

    return Kind(choices=fitting)


def _severities(asked: Asked) -> list[Choice]:
    typed, now = asked.typed.lower(), asked.incident.severity_id
    return [
        Choice(level.code, level.label, "as it is now" if level.pk == now else "")
        for level in Severity.objects.order_by("rank")
        if any(name.startswith(typed) for name in _names(level))
    ]


def _names(level: Severity) -> list[str]:
    return [level.code.lower(), level.label.lower(), *level.aliases]


def _states(asked: Asked) -> list[Choice]:
    """Where the incident may go from here, as far as the writer may take it."""
    typed = asked.typed.lower()
    return [
        Choice(str(move.target), move.target.label)
        for move in moves.allowed_from(asked.incident.state)
        if typed in (str(move.target)[: len(typed)], move.name[: len(typed)])
        and access.may(asked.principal, access.action_of_move(move.name), asked.incident)
    ]


def _incidents(asked: Asked) -> list[Choice]:
    """Those that the writer may see, the newest first, by number or words of the title."""
    number = asked.typed.upper().removeprefix("INC-")
    rows = access.visible_incidents(asked.principal).exclude(pk=asked.incident.pk)
    fits = Q(title__icontains=asked.typed)
    if number.isascii() and number.isdecimal() and len(number) < 19:
        fits |= Q(pk=int(number))
    elif not number:
        fits = Q()
    found = rows.filter(fits).order_by("-opened_at", "-pk")[:MOST]
    return [Choice(row.reference, row.title, row.get_state_display()) for row in found]


SEVERITY: Final = Kind(choices=_severities)
STATE: Final = Kind(choices=_states)
INCIDENT: Final = Kind(choices=_incidents)
ROLE: Final = words(*((role.value, str(role.label)) for role in IncidentRole))


def incident(ref: str, asked_by: access.Principal) -> Incident:
    """The incident that a word names, if they may see it. Raises NotFound."""
    return access.incident_for(asked_by, ref)
