"""One inbound protocol a file: from its payload to signals, pure.

An adapter adds itself to `ADAPTERS` by the slug that `Integration.kind` and `Signal.adapter` hold.
Its payloads with their expectations are in `tests/payloads/<slug>/`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.options import Option, Options
from incidents.kernel.registry import Registry
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import identity

NONE: Final[Options] = MappingProxyType({})
Read = Callable[[Any], list[Signal]]


@dataclass(frozen=True, slots=True)
class Snippet:
    """Something to paste into the source; `{url}` and `{key}` in it are filled in."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """`read` makes signals of a parsed payload and raises Malformed with every fault it finds;
    `read_with` does so for adapters that an integration may tell more.

    `path` is where senders post, with `{key}` where the key belongs in the address; an adapter
    without a path serves a source of our own. `example` is a payload that opens an alert.
    `fields` are what an integration of this kind may be told; `signed` names the secret that signs
    its messages; `names_itself` says that the source's own key must stay the identity, since its
    “resolved” messages carry nothing else. `snippets` are set-up to copy.
    """

    label: str
    read: Read | None = None
    path: str = ""
    example: str = ""
    read_with: Callable[[Any, Options], list[Signal]] | None = None
    fields: tuple[Option, ...] = ()
    signed: str = ""
    names_itself: bool = False
    snippets: tuple[Snippet, ...] = ()

    def signals(self, body: Any, options: Options = NONE) -> list[Signal]:
        """The signals in a parsed body, named as the integration wants it. Raises Malformed."""
        if self.read_with is not None:
            found = self.read_with(body, options)
        else:
            found = self.read(body) if self.read is not None else []
        return identity.chosen(found, options) if options else found

    @property
    def all_fields(self) -> tuple[Option, ...]:
        """What people may tell an integration of this kind."""
        common = () if self.names_itself else (identity.FINGERPRINT,)
        return (*self.fields, *common, identity.IGNORED)


ADAPTERS: Registry[Adapter] = Registry("incidents.sources.adapters")


def read(slug: str, body: bytes, options: Mapping[str, Any] = NONE) -> list[Signal]:
    """The signals in a stored body. Raises Malformed, also for an adapter that is gone."""
    adapter = ADAPTERS.get(slug)
    if adapter is None:
        raise Malformed(f"there is no adapter called {slug!r}")
    try:
        value = payload.read(body)
    except payload.Unreadable as error:
        raise Malformed(str(error)) from error
    return adapter.signals(value, options)


def public_kinds() -> list[str]:
    """The kinds of integration that people can make."""
    return [slug for slug, adapter in ADAPTERS.items() if adapter.path]
