"""The verbs of runbooks: write and restore them, suggest, start, tick and finish them."""

from runbooks.services.library import load_library
from runbooks.services.matching import Suggestion, match, suggest
from runbooks.services.running import finish, start, tick
from runbooks.services.writing import (
    PatternText,
    check_steps,
    new,
    remove,
    restore,
    set_patterns,
    write,
)

__all__ = [
    "PatternText",
    "Suggestion",
    "check_steps",
    "finish",
    "load_library",
    "match",
    "new",
    "remove",
    "restore",
    "set_patterns",
    "start",
    "suggest",
    "tick",
    "write",
]
