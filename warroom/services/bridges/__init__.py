"""Video rooms: one provider a file, pure but for what it asks its service.

A provider describes its settings; forms, checks and storage need no edit for a new one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from incidents.kernel.errors import Invalid
from incidents.kernel.options import Option
from incidents.kernel.outbound import OutboundError
from incidents.kernel.registry import Registry

Settings = Mapping[str, Any]
SECONDS: Final = 8.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A room for an incident; `token` is unguessable and new each time."""

    reference: str
    title: str
    token: str


@dataclass(frozen=True, slots=True)
class Made:
    """`url` is where people join; `name` is what the service calls it, to end it by."""

    url: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """`make` and `end` raise incidents.kernel.outbound.OutboundError. `secrets` are the options
    that are kept encrypted. `asks`: making one takes a request to a service. `embeds`: the room
    may be shown inside our page."""

    label: str
    help: str
    options: Sequence[Option]
    make: Callable[[Wanted, Settings], Made]
    end: Callable[[str, Settings], None] | None = None
    secrets: frozenset[str] = frozenset()
    asks: bool = False
    embeds: bool = False


PROVIDERS: Registry[Provider] = Registry(__name__)


def https(text: str) -> str:
    """An address that a person may be sent to. Raises Invalid."""
    if not text.startswith("https://") or any(c.isspace() for c in text) or len(text) < 12:
        raise Invalid("The address must begin with https://.", "For instance https://meet.jit.si")
    return text.rstrip("/")


def service(text: str) -> str:
    """The address of a service's API; plain http only on this machine. Raises Invalid."""
    if text.startswith(("http://127.0.0.1:", "http://localhost:")):
        return text.rstrip("/")
    return https(text)


def told_in(answer: Any, name: str) -> str:
    """A member of a service's answer. Raises OutboundError where it is missing."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if not value:
        raise OutboundError(f"Its answer has no {name}.", permanent=True)
    return str(value)
