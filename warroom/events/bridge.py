"""What can be said about video rooms."""

from dataclasses import dataclass

from incidents.events.types import FactBody, fact


@fact("bridge.opened", icon="video")
@dataclass(frozen=True)
class BridgeOpened(FactBody):
    """`label` is the service, in words."""

    bridge_id: int
    label: str
    url: str

    def text(self) -> str:
        return f"opened the bridge ({self.label}): {self.url}"


@fact("bridge.closed", icon="video")
@dataclass(frozen=True)
class BridgeClosed(FactBody):
    bridge_id: int
    label: str

    def text(self) -> str:
        return f"closed the bridge ({self.label})"


@fact("bridge.failed", icon="video")
@dataclass(frozen=True)
class BridgeFailed(FactBody):
    label: str
    reason: str

    def text(self) -> str:
        return f"could not open the bridge ({self.label}): {self.reason}"
