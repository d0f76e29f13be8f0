"""Who took part in an incident, and how."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count, Q

from incidents.models import Fact, Incident, IncidentRole
from postmortems.models import Contribution

MESSAGE: Final = "chat.posted"
# Writing the post-mortem is no part of the incident.
AFTERWARDS: Final = Q(kind__startswith="postmortem.") | Q(kind__startswith="action_item.")


@dataclass
class _Seen:
    name: str
    roles: list[str] = field(default_factory=list)
    cites: list[int] = field(default_factory=list)
    said: int = 0
    did: int = 0


def contributions(incident: Incident, facts: Iterable[Fact]) -> list[Contribution]:
    """Everybody who had a role or acted; those with a role first, in the order of taking it."""
    seen: dict[str, _Seen] = {}
    for fact in facts:
        if fact.kind == "incident.role_assigned":
            person = seen.setdefault(str(fact.data["handle"]), _Seen(str(fact.data["name"])))
            person.roles.append(IncidentRole(fact.data["role"]).label)
            person.cites.append(fact.seq)
    for row in _counts(incident):
        person = seen.setdefault(row["actor_handle"], _Seen(row["actor_name"]))
        person.said, person.did = row["said"], row["did"]
    return [
        Contribution(
            handle, one.name, tuple(dict.fromkeys(one.roles)), tuple(one.cites), one.said, one.did
        )
        for handle, one in seen.items()
    ]


def _counts(incident: Incident) -> Iterable[Mapping[str, Any]]:
    rows = Fact.objects.filter(incident=incident, actor_kind="user").exclude(AFTERWARDS)
    return (
        rows.values("actor_handle", "actor_name")
        .annotate(
            said=Count("pk", filter=Q(kind=MESSAGE)),
            did=Count("pk", filter=~Q(kind__startswith="chat.")),
        )
        .order_by("-did", "-said", "actor_name")
    )
