"""A line that begins with a slash: what it would do, what may still be written, and doing it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction

from incidents import access
from incidents.access import Principal
from incidents.commands.registry import (
    REGISTRY,
    Argument,
    Asked,
    Call,
    Choice,
    Command,
    parse,
    resolve,
)
from incidents.kernel.errors import DomainError, Invalid, NotAllowed, NotFound
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle, locking, merging

MOST_CHOICES: Final = 20


@dataclass(frozen=True, slots=True)
class Done:
    """`seq` is how far the incident is now; `reply` is for the sender's eyes only."""

    seq: int
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a line would do, or why it cannot be done."""

    says: str = ""
    possible: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """One command as it is offered to somebody; `why` they may not use it, or empty. `stands_for`
    is what another name is short for."""

    name: str
    hint: str
    help: str
    arguments: tuple[Argument, ...] = ()
    why: str = ""
    stands_for: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand where `argument` of the command is being written."""

    argument: str = ""
    choices: tuple[Choice, ...] = ()
    optional: bool = False


@transaction.atomic
def run(
    *, principal: Principal, incident: Incident, text: str, client_id: uuid.UUID | None = None
) -> Done:
    """Run the command that `text` is. Sent again with the same `client_id` it does nothing twice.

    Raises Invalid for what is no command, NotAllowed, and whatever its verb raises.
    """
    command, argument = _read(text)
    access.require(principal, command.action, incident)
    locked = _locked(principal, incident, command, argument)
    before = locked.last_seq
    if client_id and Fact.objects.filter(incident=locked, client_id=client_id).exists():
        return Done(seq=before)
    reply = command.run(Call(incident=locked, principal=principal, argument=argument))
    reached = Incident.objects.values_list("last_seq", flat=True).get(pk=locked.pk)
    if client_id and reached > before:
        # The row lock makes the next number ours: the first fact of this command.
        Fact.objects.filter(incident=locked, seq=before + 1).update(client_id=client_id)
    return Done(seq=reached, reply=reply)


def _locked(principal: Principal, incident: Incident, command: Command, argument: str) -> Incident:
    """With what the command changes besides; alerts first, as whoever moves them locks them."""
    others = command.others(principal, argument) if command.others else []
    if others:
        merging.hold([incident.pk])
    return lifecycle.locked_all([incident.pk, *others])[incident.pk]


def _read(text: str) -> tuple[Command, str]:
    """The command that a line names, and its whole argument."""
    parsed = parse(text.strip())
    if parsed is None:
        raise Invalid(
            "This is no command.", "Commands begin with a slash: /severity P1.", field="text"
        )
    name, argument = parsed
    _, command, words = resolve(name)
    return command, f"{words} {argument}".strip()


def preview(*, principal: Principal, incident: Incident, text: str) -> Preview:
    """What the line would do, in words. Changes nothing."""
    try:
        command, argument = _read(text)
        access.require(principal, command.action, incident)
        if incident.is_merged:
            raise locking.goes_on_elsewhere(incident)
        if command.preview is None:
            return Preview(f"{command.help}.", possible=True)
        call = Call(incident=incident, principal=principal, argument=argument)
        return Preview(command.preview(call), possible=True)
    except DomainError as error:
        return Preview(str(error))


def complete(*, principal: Principal, incident: Incident, text: str) -> Completion:
    """What may stand where the line ends; nothing where the rest is free text."""
    parsed = parse(text)
    if parsed is None:
        return Completion()
    try:
        command, argument = _read(f"{text.rstrip()} ") if not parsed[1] else _read(text)
        access.require(principal, command.action, incident)
    except (Invalid, NotAllowed, NotFound):
        return Completion()
    words = argument.split()
    typed = words.pop() if words and not text[-1:].isspace() else ""
    asked = Asked(incident=incident, principal=principal, typed=typed)
    place = _place(command, len(words))
    if place is None:
        return Completion()
    choices = place.kind.choices(asked) if place.kind.choices else []
    return Completion(place.name, tuple(choices[:MOST_CHOICES]), place.optional)


def _place(command: Command, index: int) -> Argument | None:
    """The argument that the word number `index` belongs to: free text takes all that follows."""
    for number, argument in enumerate(command.arguments):
        if number == index or argument.kind.choices is None:
            return argument
    return None


def offers(principal: Principal, incident: Incident) -> list[Offer]:
    """Every command and every other name, with why `principal` may not use it here."""
    refused: dict[str, str] = {}
    found = list(_offered(principal, incident, refused))
    return sorted(found, key=lambda offer: (bool(offer.stands_for), offer.name))


def _offered(principal: Principal, incident: Incident, refused: dict[str, str]) -> Iterator[Offer]:
    for name, command in REGISTRY.items():
        if command.action not in refused:
            refused[command.action] = _refusal(principal, incident, command.action)
        offer = Offer(
            name=name,
            hint=command.takes,
            help=command.help,
            arguments=command.arguments,
            why=refused[command.action],
        )
        yield offer
        for alias, words in command.aliases.items():
            yield replace(offer, name=alias, stands_for=f"/{name} {words}".strip())


def _refusal(principal: Principal, incident: Incident, action: str) -> str:
    try:
        access.require(principal, action, incident)
    except DomainError as error:
        return error.message
    return ""
