"""One inbound protocol a file: from its payload to signals, pure.

An adapter adds itself to `ADAPTERS` by the slug that `Integration.kind` and `Signal.adapter` hold.
Its payloads with their expectations are in `tests/payloads/<slug>/`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from incidents.kernel import payload
from incidents.kernel.registry import Registry
from incidents.pipeline.signal import Malformed, Signal


@dataclass(frozen=True, slots=True)
class Adapter:
    """`read` makes signals of a parsed payload and raises Malformed with every fault it finds.

    `path` is where senders post, with `{key}` where the key belongs in the address; an adapter
    without a path serves a source of our own. `example` is a payload that opens an alert.
    """

    label: str
    read: Callable[[Any], list[Signal]]
    path: str = ""
    example: str = ""


ADAPTERS: Registry[Adapter] = Registry("incidents.sources.adapters")


def read(slug: str, body: bytes) -> list[Signal]:
    """The signals in a stored body. Raises Malformed, also for an adapter that is gone."""
    adapter = ADAPTERS.get(slug)
    if adapter is None:
        raise Malformed(f"there is no adapter called {slug!r}")
    try:
        value = payload.read(body)
    except payload.Unreadable as error:
        raise Malformed(str(error)) from error
    return adapter.read(value)


def public_kinds() -> list[str]:
    """The kinds of integration that people can make."""
    return [slug for slug, adapter in ADAPTERS.items() if adapter.path]
