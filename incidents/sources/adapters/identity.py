"""Which fields make two signals one condition, where an integration chooses them itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from incidents.kernel.options import Option, Options
from incidents.kernel.text import fingerprint
from incidents.pipeline.signal import Signal

_OWN: Final = ("title", "service", "severity", "group", "value")

FINGERPRINT: Final = Option(
    "fingerprint",
    "One alert for each",
    "names",
    help="Labels, or title, service, severity and group. Signals that agree in all of these are one"
    " alert; empty: as the source says. Choose only what its “resolved” messages carry too.",
    placeholder="alertname, cluster",
    limit=128,
)
IGNORED: Final = Option(
    "ignore",
    "Not a change",
    "names",
    help="Labels and annotations that may differ without anything having changed.",
    placeholder="lastReceived, pod",
    limit=128,
)


def chosen(signals: list[Signal], options: Options) -> list[Signal]:
    """`signals` with the fingerprint their integration has chosen."""
    names = options.get("fingerprint")
    if not names or not isinstance(names, list):
        return signals
    return [_renamed(signal, names) for signal in signals]


def _renamed(signal: Signal, names: Sequence[str]) -> Signal:
    """A signal that has none of the fields keeps its own name: it would join all others."""
    values = [_value(signal, str(name)) for name in names]
    if not any(values):
        return signal
    pairs = [f"{name}={value}" for name, value in zip(names, values, strict=True)]
    return replace(signal, fingerprint=fingerprint(*pairs))


def _value(signal: Signal, name: str) -> str:
    said = signal.labels.get(name.removeprefix("labels."))
    if said is not None:
        return said
    return str(getattr(signal, name)) if name in _OWN else ""
