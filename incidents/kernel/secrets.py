"""Secrets that must be read again, encrypted at rest.

A key is stored as a hash; a secret that signs or verifies must be read, so it is encrypted with a
key derived from `SECRET_KEY`. Who has only the database, or a backup of it, reads none of them.
After `SECRET_KEY` has changed, the old one in `SECRET_KEY_FALLBACKS` keeps them readable.
"""

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:  # 6 MB in each process, and most hold no secret
    from cryptography.fernet import MultiFernet

_PURPOSE: Final = b"incidents.kernel.secrets 1"


class Unreadable(Exception):
    """The secret was encrypted under another SECRET_KEY, or is damaged."""


def seal(secret: str) -> str:
    """`secret` encrypted, as text to store; empty stays empty."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret in `sealed`; empty stays empty. Raises Unreadable."""
    if not sealed:
        return ""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415

    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("It was encrypted under another SECRET_KEY.") from error


def _box() -> "MultiFernet":
    return _box_for(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=4)
def _box_for(*keys: str) -> "MultiFernet":
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415

    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derive.derive(key.encode()))
