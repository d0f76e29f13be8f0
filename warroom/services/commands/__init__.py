"""The commands of the room, one file each. What a command is: incidents.commands."""

from incidents.commands import (
    REGISTRY,
    Argument,
    Call,
    Command,
    Plan,
    first_word,
    literal,
    named,
    parse,
    planned,
)

__all__ = [
    "REGISTRY",
    "Argument",
    "Call",
    "Command",
    "Plan",
    "first_word",
    "literal",
    "named",
    "parse",
    "planned",
]
REGISTRY.also(__name__)
