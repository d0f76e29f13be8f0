"""What calls somebody: a role, an urgent call, and things they have read."""

from django.db import transaction

from incidents.access import Principal
from incidents.events import bus, calling
from incidents.events.types import RoleAssigned
from incidents.kernel.actor import Actor
from incidents.kernel.fact_types import FactBody
from incidents.models import Incident, User
from incidents.reactions import notices


def call(incident: Incident, user: User, *, by: User, why: str = "the pool is full again") -> None:
    """An urgent call that waits to be seen."""
    _tell(incident, calling.PersonPaged(handle=user.username, name=str(user), why=why), by)


def some(incident: Incident, user: User, *, by: User) -> None:
    """One thing that was read, one that was not, and an urgent one."""
    _assign(incident, user, "communications", by)
    notices.read_those(notices.of(Principal(user=user)))
    _assign(incident, user, "scribe", by)
    call(incident, user, by=by)


def many(incident: Incident, user: User, *, by: User, words: str) -> None:
    for number in range(120):
        _assign(incident, user, "responder", by)
        if number == 70:
            notices.read_those(notices.of(Principal(user=user)))
    for _ in range(4):
        call(incident, user, by=by, why=words * 3)


def _assign(incident: Incident, user: User, role: str, by: User) -> None:
    body = RoleAssigned(role=role, user_id=user.pk, handle=user.username, name=str(user))
    _tell(incident, body, by)


def _tell(incident: Incident, body: FactBody, by: User) -> None:
    with transaction.atomic():
        notices.notify(bus.emit(incident, body, actor=Actor.of(by)))
