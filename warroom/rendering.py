"""How one row of the log looks, on the page and in a frame alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from incidents.kernel import markdown
from incidents.models import Fact, Incident
from warroom.models import Attachment, Message, MessageRevision, Said


@dataclass(frozen=True, slots=True)
class Item:
    """What the template `warroom/_item.html` draws. `mine` only where the reader is known.

    `said` is the message with its reactions and its thread. In the panel of a thread (`in_thread`)
    its address on the page is another one, and nothing is said of the thread.
    """

    seq: int
    kind: str
    occurred_at: datetime
    actor_name: str
    actor_handle: str
    icon: str
    text: str
    data: dict[str, Any]
    room: str = ""
    is_message: bool = False
    body: str = ""
    html: str = ""
    mine: bool = False
    said: Said | None = None
    in_thread: bool = False
    files: tuple[Attachment, ...] = ()

    @property
    def message(self) -> Message | None:
        return self.said.message if self.said else None


@dataclass(frozen=True, slots=True)
class Version:
    """How a message read until it was replaced."""

    html: str
    replaced_at: datetime


def item_of(
    fact: Fact, said: Said | None, *, files: tuple[Attachment, ...] = (), reader: str = ""
) -> Item:
    """A message as it reads now, or a fact, with its files; `reader` is the handle of who looks at
    it."""
    if said is not None:
        return item_of_message(said, reader=reader)
    return Item(
        seq=fact.seq,
        kind=fact.kind,
        occurred_at=fact.occurred_at,
        actor_name=fact.actor_name,
        actor_handle=fact.actor_handle,
        icon=fact.icon,
        text=fact.text,
        data=fact.data,
        files=files,
        room=_room_of(fact.incident_id),
    )


def item_of_message(said: Said, *, reader: str = "", in_thread: bool = False) -> Item:
    message = said.message
    return Item(
        seq=message.seq,
        kind="chat.posted",
        occurred_at=message.created_at,
        actor_name=message.author_name,
        actor_handle=message.author_handle,
        icon="message",
        text=message.body,
        data={},
        room=_room_of(message.incident_id),
        is_message=True,
        body=message.body,
        html=markdown.render(message.body),
        mine=bool(reader) and message.author_handle == reader,
        said=said,
        files=said.files,
        in_thread=in_thread,
    )


def version_of(revision: MessageRevision) -> Version:
    return Version(html=markdown.render(revision.body), replaced_at=revision.replaced_at)


def html_of(item: Item) -> str:
    return render_to_string("warroom/_item.html", {"item": item})


def _room_of(incident_id: int) -> str:
    return Incident(pk=incident_id).get_absolute_url()
