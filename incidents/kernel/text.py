"""Text from outside, made fit to store: a string, without control characters, not too long."""

import hashlib
from collections.abc import Sequence

# NUL is refused by PostgreSQL; the other control characters only hurt whoever reads them.
_CONTROL = {code: None for code in (*range(32), 127) if chr(code) not in "\t\n"}


def plain(value: object, limit: int) -> str:
    """`value` as text of at most `limit` characters; None and containers become empty."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        text = str(value)
    else:
        return ""
    if not text.isprintable():
        text = text.translate(_CONTROL)
    return text.strip()[:limit]


def fingerprint(*parts: str) -> str:
    """A short stable name for what `parts` say together, in this order."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def key(value: object, limit: int = 255) -> str:
    """`value` as an identity: as it is where it fits, else a hash, never cut short."""
    text = plain(value, limit + 1)
    if len(text) <= limit:
        return text
    return fingerprint(str(value))


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them: "Ada, Bo and Cy"."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
