"""What happens to the shared document. Keystrokes are no facts; versions are.

Whoever replays an incident reads the text of a version at `url`, or asks the API by its number.
"""

from dataclasses import dataclass, field

from incidents.events.types import FactBody, fact


@fact("document.opened", icon="file-text")
@dataclass(frozen=True)
class DocumentOpened(FactBody):
    document_id: str
    url: str

    def text(self) -> str:
        return "began the shared document"


@fact("document.saved", icon="file-text")
@dataclass(frozen=True)
class DocumentSaved(FactBody):
    """`version` is its number; `editors` are the names of who wrote since the version before."""

    version: int
    version_id: str
    reason: str
    url: str
    editors: list[str] = field(default_factory=list)
    lines_added: int = 0
    lines_removed: int = 0

    def text(self) -> str:
        others = self.editors[:-1]
        together = f" with {', '.join(others)}" if others else ""
        noun = "line" if self.lines_added == 1 else "lines"
        lines = f"{self.lines_added} {noun} added, {self.lines_removed} removed"
        return f"wrote in the shared document{together}: version {self.version}, {lines}"


@fact("document.restored", icon="arrow-back-up")
@dataclass(frozen=True)
class DocumentRestored(FactBody):
    """`version` is the new one, `from_version` the one whose text came back."""

    version: int
    version_id: str
    from_version: int
    url: str

    def text(self) -> str:
        return f"brought back version {self.from_version} of the shared document"
