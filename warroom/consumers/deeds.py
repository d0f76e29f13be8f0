"""What a client does in a room: a message of the protocol, read and given to its verb."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from incidents import access
from incidents.kernel.errors import Invalid
from warroom.consumers.admission import Admission, admit
from warroom.consumers.socket import Scope
from warroom.models import Message
from warroom.services import chat, reactions, saying
from warroom.services.saying import Envelope, Said

Told = Mapping[str, Any]
# Runs in a worker; raises DomainError.
Deed = Callable[[Scope, Told], Said]


def _post(scope: Scope, told: Told) -> Said:
    admission = admit(scope)
    thread = told.get("thread")
    return saying.say(
        principal=admission.principal,
        incident=admission.incident,
        text=_text(told, "body"),
        envelope=Envelope(
            client_id=_client_id(told),
            thread=None if thread is None else chat.by_seq(admission.incident, thread).seq,
            also_in_room=told.get("also_in_room") is True,
        ),
    )


def _edit(scope: Scope, told: Told) -> Said:
    admission, message = _found(scope, told)
    changed = chat.edit(
        message_id=message.pk,
        body=_text(told, "body"),
        actor=admission.principal.actor,
        client_id=_client_id(told),
    )
    return Said(seq=changed.seq)


def _delete(scope: Scope, told: Told) -> Said:
    admission, message = _found(scope, told)
    client_id = _client_id(told)
    chat.delete(message_id=message.pk, principal=admission.principal, client_id=client_id)
    return Said(seq=message.seq)


def _react(scope: Scope, told: Told) -> Said:
    return _with_emoji(scope, told, reactions.react)


def _unreact(scope: Scope, told: Told) -> Said:
    return _with_emoji(scope, told, reactions.unreact)


def _with_emoji(scope: Scope, told: Told, act: Callable[..., Message]) -> Said:
    admission, message = _found(scope, told)
    act(
        message_id=message.pk,
        char=_text(told, "emoji"),
        actor=admission.principal.actor,
        client_id=_client_id(told),
    )
    return Said(seq=message.seq)


DEEDS: Final[Mapping[str, Deed]] = {
    "post": _post,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "unreact": _unreact,
}


def is_said(told: Told) -> bool:
    """Whether it is a plain message, which touches nothing but its room; a command may."""
    text = told.get("body")
    return (
        told.get("type") == "post" and isinstance(text, str) and not text.lstrip().startswith("/")
    )


def _found(scope: Scope, told: Told) -> tuple[Admission, Message]:
    admission = admit(scope)
    access.require(admission.principal, "incident.respond", admission.incident)
    return admission, chat.by_seq(admission.incident, told.get("seq"))


def _text(told: Told, name: str) -> str:
    text = told.get(name)
    if not isinstance(text, str):
        raise Invalid("The message has no text.", f"Send it as “{name}”.", field=name)
    return text


def _client_id(told: Told) -> uuid.UUID | None:
    value = told.get("client_id")
    if value is None:
        return None
    try:
        return uuid.UUID(str(value))
    except ValueError as error:
        raise Invalid(
            "client_id must be a UUID.", "Make one per message.", field="client_id"
        ) from error
