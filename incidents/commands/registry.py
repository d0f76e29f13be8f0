"""What a command is, and how a line of text names one."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from incidents.access import Principal
from incidents.kernel.errors import Invalid
from incidents.kernel.registry import Registry
from incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a command; `argument` is all that follows its name."""

    incident: Incident
    principal: Principal
    argument: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who writes, where, and how much of the argument stands there already."""

    incident: Incident
    principal: Principal
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What may stand for an argument: `value` is one word, `label` says what it means."""

    value: str
    label: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of argument. `choices` are those that fit what is typed, the best first."""

    choices: Callable[[Asked], list[Choice]] | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """`name` is shown as a hint. One without choices takes all the rest of the line."""

    name: str
    kind: Kind = Kind()
    optional: bool = False

    def __str__(self) -> str:
        return f"[{self.name}]" if self.optional else self.name


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command is about to do, checked: `says` is for the sender to read before, `act` does
    it and returns what the sender should read after."""

    says: str
    act: Callable[[], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`help` says what the command does, `action` who may use it, `hint` shows what it takes.

    `preview` says what this call would do, and changes nothing; it raises what `run` would raise.
    `aliases` are other names, each with the words that it puts before the argument: `ack` may stand
    for `status acknowledged`.
    """

    help: str
    action: str
    run: Callable[[Call], str]
    hint: str = ""
    preview: Callable[[Call], str] | None = None
    arguments: tuple[Argument, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    # The other incidents that it changes, by its argument: all are locked together, in order.
    others: Callable[[Principal, str], list[int]] | None = None

    @property
    def takes(self) -> str:
        return self.hint or " ".join(str(argument) for argument in self.arguments)


def planned(plan: Callable[[Call], Plan], **members: Any) -> Command:
    """A command whose preview and run begin with the same checks."""

    def run(call: Call) -> str:
        return str(plan(call).act() or "")

    return Command(run=run, preview=lambda call: plan(call).says, **members)


REGISTRY: Registry[Command] = Registry("incidents.commands.library")
_COMMAND = re.compile(r"/(?!/)(?P<name>\S*)\s*(?P<argument>.*)", re.DOTALL)


def parse(text: str) -> tuple[str, str] | None:
    """(name, argument) of a text that is a command; None when it is a message."""
    found = _COMMAND.fullmatch(text)
    return (found["name"].lower(), found["argument"]) if found else None


def literal(text: str) -> str:
    """What a message says: `//etc` says `/etc`."""
    return text[1:] if text.startswith("//") else text


def first_word(argument: str) -> tuple[str, str]:
    """The first word of an argument, and the rest."""
    words = argument.split(maxsplit=1)
    return (words[0], words[1].strip()) if len(words) > 1 else (argument.strip(), "")


def named(name: str) -> Command:
    """The command called `name`; Invalid, saying what there is, when there is none."""
    return resolve(name)[1]


def resolve(name: str) -> tuple[str, Command, str]:
    """The command that `name` stands for: its own name, the command, and the words that `name` puts
    before the argument. Raises Invalid."""
    command = REGISTRY.get(name)
    if command is not None:
        return name, command, ""
    names = dict(_aliases())
    if name in names:
        own, words = names[name]
        return own, REGISTRY[own], words
    raise _unknown(name, [*REGISTRY.slugs(), *names])


def _aliases() -> Iterator[tuple[str, tuple[str, str]]]:
    for slug, command in REGISTRY.items():
        for alias, words in command.aliases.items():
            yield alias, (slug, words)


def _unknown(name: str, names: list[str]) -> Invalid:
    close = get_close_matches(name, names, n=2, cutoff=0.6)
    meant = " or ".join(f"/{slug}" for slug in close)
    known = ", ".join(f"/{slug}" for slug in REGISTRY.slugs())
    hint = f"Did you mean {meant}?" if close else f"Commands: {known}."
    return Invalid(
        f"There is no command /{name}.",
        f"{hint} Begin with // to say a text that starts with a slash.",
        field="body",
    )
