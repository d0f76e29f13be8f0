"""Whatever a sender makes up, an adapter reads it or says why not; storing it never fails."""

from contextlib import suppress
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.kernel import payload
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources import adapters

# What PostgreSQL cannot hold in text or JSON, among what it can.
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["\0", "a\0b", "firing", "resolved", "trigger", "critical", "javascript:alert(1)", "x" * 5000]
)
_SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT
_JSON = st.recursive(
    _SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4)
)


def _objects(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with any of these members, each holding anything."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, _JSON))


_ALERT = _objects(
    "status", "labels", "annotations", "startsAt", "endsAt", "fingerprint", "generatorURL"
)
_PAYLOAD = _objects("summary", "source", "severity", "timestamp", "component", "custom_details")
BODIES = {
    "alertmanager": st.fixed_dictionaries(
        {"alerts": st.lists(_ALERT | _JSON, max_size=3)}, optional={"groupKey": _JSON}
    ),
    "pagerduty": st.fixed_dictionaries(
        {"event_action": st.sampled_from(["trigger", "resolve", "acknowledge"]) | _JSON},
        optional={"payload": _PAYLOAD | _JSON, "dedup_key": _TEXT | _JSON, "links": _JSON},
    ),
    "native": _objects(
        "type", "source", "message", "severity", "correlation_id", "labels", "action"
    ),
    "detection": st.lists(_objects("action", "fingerprint", "labels", "at"), max_size=3),
}


def _is_fit_to_store(signal: Signal) -> bool:
    texts = (signal.title, signal.description, signal.fingerprint, signal.group, signal.value)
    kept = msgspec.json.encode([signal.labels, signal.annotations])
    return (
        not any("\0" in text for text in texts)
        and b"\\u0000" not in kept
        and 1 <= len(signal.fingerprint) <= 255
        and len(signal.title) <= 1024
        and len(signal.link) <= 1000
        and signal.link[:4] in {"", "http"}
    )


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_every_adapter_reads_it_or_says_why_not(data: st.DataObject) -> None:
    slug = data.draw(st.sampled_from(sorted(BODIES)))
    body = msgspec.json.encode(data.draw(BODIES[slug] | _JSON))
    try:
        signals = adapters.read(slug, body)
    except Malformed:
        return
    if slug != "detection":  # written by ourselves
        assert all(_is_fit_to_store(signal) for signal in signals)


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_bytes_are_json_or_refused(body: bytes) -> None:
    with suppress(payload.Unreadable):
        payload.read(body)
