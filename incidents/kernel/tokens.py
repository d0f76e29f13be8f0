"""Keys and one-time tokens: 32 random bytes; only their SHA-256 is stored."""

import hashlib
import secrets


def new_token(prefix: str) -> str:
    """A fresh secret, for instance `isk_4f…`: shown once, never stored."""
    return f"{prefix}_{secrets.token_hex(24)}"


def digest(token: str) -> str:
    """What is stored instead of the token. A plain hash suffices: tokens are random, not chosen."""
    return hashlib.sha256(token.encode()).hexdigest()


def hint(token: str) -> str:
    """The few characters a list may show so that people can tell keys apart."""
    return token[:8]
