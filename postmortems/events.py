"""The facts of post-mortems and of the work that follows from them."""

from dataclasses import dataclass, field

from incidents.events.types import FactBody, fact


@fact("postmortem.drafted", icon="file-text")
@dataclass(frozen=True)
class PostMortemDrafted(FactBody):
    """`kept` counts the sections that people had written in and that were left alone."""

    version: int
    upto: int
    kept: int = 0

    def text(self) -> str:
        if self.version == 1:
            return f"drafted the post-mortem from {self.upto} facts"
        kept = f", leaving {self.kept} edited sections as they were" if self.kept else ""
        return f"drafted the post-mortem again from {self.upto} facts{kept}"


@fact("postmortem.edited", icon="pencil")
@dataclass(frozen=True)
class PostMortemEdited(FactBody):
    section: str
    heading: str
    version: int

    def text(self) -> str:
        return f"edited “{self.heading}” of the post-mortem"


@fact("postmortem.published", icon="file-text")
@dataclass(frozen=True)
class PostMortemPublished(FactBody):
    """`told` is what customers may be told of it, for whoever writes to them: a draft."""

    version: int
    told: str = ""

    def text(self) -> str:
        return f"published version {self.version} of the post-mortem"


@fact("action_item.created", icon="checklist")
@dataclass(frozen=True)
class ActionItemCreated(FactBody):
    """`task` is the number of the task of the war room that it was made from, or 0."""

    item_id: int
    title: str
    owner: str = ""
    due_on: str = ""
    task: int = 0

    def text(self) -> str:
        who = f", for {self.owner}" if self.owner else ""
        due = f", due {self.due_on}" if self.due_on else ""
        if self.task:
            return f"took task {self.task} over as the action item “{self.title}”{who}{due}"
        return f"added the action item “{self.title}”{who}{due}"


@fact("action_item.changed", icon="checklist")
@dataclass(frozen=True)
class ActionItemChanged(FactBody):
    """`changes` maps what was changed, as people call it, to the old and the new value."""

    item_id: int
    title: str
    changes: dict[str, list[str]] = field(default_factory=dict)

    def text(self) -> str:
        if set(self.changes) == {"state"}:
            return f"set the action item “{self.title}” to {self.changes['state'][1].lower()}"
        told = ", ".join(
            f"{name} {'to ' + new if new else 'removed'}" for name, (_, new) in self.changes.items()
        )
        return f"changed the action item “{self.title}”: {told}"
