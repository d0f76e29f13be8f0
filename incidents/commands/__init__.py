"""Slash commands: a word for a verb, the same in a room, in the palette and in the API.

A command declares who may use it, what it takes, what it would do and how it does it. It answers
with what only the sender should read; what everybody should know is the fact that its verb leaves.
The hub's own are in `library`; each spoke adds a package of its own by `REGISTRY.also(__name__)`,
or single commands from a module that its app loads.
"""

from incidents.commands.registry import (
    REGISTRY,
    Argument,
    Asked,
    Call,
    Choice,
    Command,
    Kind,
    Plan,
    first_word,
    literal,
    named,
    parse,
    planned,
    resolve,
)

__all__ = [
    "REGISTRY",
    "Argument",
    "Asked",
    "Call",
    "Choice",
    "Command",
    "Kind",
    "Plan",
    "first_word",
    "literal",
    "named",
    "parse",
    "planned",
    "resolve",
]
