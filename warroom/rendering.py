"""How one row of the log looks, on the page and in a frame alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from incidents.kernel import markdown
from incidents.models import Fact
from warroom.models import Message


@dataclass(frozen=True, slots=True)
class Item:
    """What the template `warroom/_item.html` draws. `mine` only where the reader is known."""

    seq: int
    kind: str
    occurred_at: datetime
    actor_name: str
    actor_handle: str
    icon: str
    text: str
    data: dict[str, Any]
    is_message: bool = False
    body: str = ""
    html: str = ""
    edited_at: datetime | None = None
    mine: bool = False


def item_of(fact: Fact, message: Message | None, *, reader: str = "") -> Item:
    """A message as it reads now, or a fact; `reader` is the handle of who looks at it."""
    if message is None:
        return Item(
            seq=fact.seq,
            kind=fact.kind,
            occurred_at=fact.occurred_at,
            actor_name=fact.actor_name,
            actor_handle=fact.actor_handle,
            icon=fact.icon,
            text=fact.text,
            data=fact.data,
        )
    return Item(
        seq=message.seq,
        kind="chat.posted",
        occurred_at=message.created_at,
        actor_name=message.author_name,
        actor_handle=message.author_handle,
        icon="message",
        text=message.body,
        data={},
        is_message=True,
        body=message.body,
        html=markdown.render(message.body),
        edited_at=message.edited_at,
        mine=bool(reader) and message.author_handle == reader,
    )


def html_of(item: Item) -> str:
    return render_to_string("warroom/_item.html", {"item": item})
