"""Slash commands: one file each, a word for a verb.

A command declares what it takes, what it does and which action of the policy it is. It answers with
what only the sender should read; what everybody should know is the fact that its verb leaves.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

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
class Command:
    """`hint` shows the argument, `help` says what the command does, `action` who may use it."""

    hint: str
    help: str
    action: str
    run: Callable[[Call], str]


REGISTRY: Registry[Command] = Registry(__name__)
_COMMAND = re.compile(r"/(?!/)(?P<name>\S*)\s*(?P<argument>.*)", re.DOTALL)


def named(name: str) -> Command:
    """The command called `name`; Invalid, listing what there is, when there is none."""
    command = REGISTRY.get(name)
    if command is None:
        names = ", ".join(f"/{slug}" for slug in REGISTRY.slugs())
        raise Invalid(
            f"There is no command /{name}.",
            f"Commands: {names}. Begin with // to say a text that starts with a slash.",
            field="body",
        )
    return command


def parse(text: str) -> tuple[str, str] | None:
    """(name, argument) of a text that is a command; None when it is a message."""
    found = _COMMAND.fullmatch(text)
    return (found["name"].lower(), found["argument"]) if found else None


def literal(text: str) -> str:
    """What a message says: `//etc` says `/etc`."""
    return text[1:] if text.startswith("//") else text


def first_word(argument: str) -> tuple[str, str]:
    """The first word of an argument, and the rest."""
    word, _, rest = argument.partition(" ")
    return word, rest.strip()
