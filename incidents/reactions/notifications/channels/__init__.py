"""The ways out, one a file. A channel that is not set up says so, and is offered to nobody."""

from types import TracebackType
from typing import Protocol, Self

from incidents.kernel.registry import Registry
from incidents.reactions.notifications.parcel import Parcel


class Session(Protocol):
    """One connection to send over, used by one thread."""

    def send(self, parcel: Parcel) -> None:
        """Raises Refused."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Channel(Protocol):
    """`lanes` is how many are sent at once."""

    label: str
    lanes: int

    def is_ready(self) -> bool:
        """Whether it can work as this installation is set up."""

    def check(self, address: str) -> str:
        """The address in its one form. Raises Invalid."""

    def session(self) -> Session: ...


REGISTRY: Registry[Channel] = Registry("incidents.reactions.notifications.channels")


def ready() -> dict[str, Channel]:
    """Those that can work here."""
    return {slug: channel for slug, channel in REGISTRY.items() if channel.is_ready()}
