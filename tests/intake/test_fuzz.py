"""Whatever a sender makes up, an adapter reads it or says why not; storing it never fails."""

import os
from contextlib import suppress
from random import SystemRandom
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from incidents.door.dialect import Inbound
from incidents.door.dialects import DIALECTS
from incidents.door.wire import Refusal
from incidents.kernel import payload
from incidents.kernel.errors import Invalid
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources import adapters
from incidents.sources.adapters import expressions, opsgenie

# `make fuzz` asks for 10,000 of each.
MANY: Final = int(os.environ.get("FUZZ_EXAMPLES", "40"))
# Hypothesis remembers what it has tried, which slows it down: many are tried in turns.
A_TURN: Final = 500
TURNS: Final = range(max(1, MANY // A_TURN))
SEED: Final = SystemRandom().getrandbits(32)
fuzzed = settings(max_examples=min(MANY, A_TURN), deadline=None, database=None)

# What PostgreSQL cannot hold in text or JSON, among what it can.
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["\0", "a\0b", "firing", "resolved", "trigger", "critical", "javascript:alert(1)", "x" * 5000]
)
_SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT
_JSON = st.recursive(
    _SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


def _objects(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with any of these members, each holding anything."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, _JSON))


_ALERT = _objects(
    "status", "labels", "annotations", "startsAt", "endsAt", "fingerprint", "generatorURL"
)
_PAYLOAD = _objects("summary", "source", "severity", "timestamp", "component", "custom_details")
_EVENT = _objects("event_id", "issue_id", "title", "tags", "level", "culprit", "datetime")
_ISSUE = _objects("id", "title", "level", "project", "permalink", "lastSeen")
_METRIC = _objects("id", "title", "alert_rule", "date_started", "date_closed")
_BEAT = _objects("monitorID", "status", "time", "msg", "ping")
_CLOUD = st.fixed_dictionaries(
    {"specversion": st.just("1.0") | _JSON, "id": _TEXT, "source": _TEXT, "type": _TEXT},
    optional={"subject": _JSON, "data": _JSON, "time": _JSON, "ext": _JSON},
)
_WORDS = st.sampled_from(["trigger", "resolve", "acknowledge", "triggered", "resolved", "created"])
_OF_AM = _objects("labels", "annotations", "startsAt", "endsAt", "generatorURL")
_LABELLED = st.fixed_dictionaries(
    {"labels": st.dictionaries(st.sampled_from(["alertname", "job", "a"]), _TEXT, max_size=3)},
    optional={"annotations": _JSON, "startsAt": _JSON, "endsAt": _JSON},
)
_OPSGENIE = _objects(
    *("message", "alias", "note", "tags", "keys", "details", "endTime", "owner", "responder"),
    *("team", "escalation", "priority", "description", "user", "source", "entity", "actions"),
)
_REQUEST = st.fixed_dictionaries(
    {"verb": st.sampled_from(["create", *opsgenie.NEEDED, "close", "delete"]) | _JSON},
    optional={"identifier": _JSON, "identifierType": _JSON, "id": _TEXT, "action": _JSON},
)
MAPPING = {"title": "a.b || a", "fingerprint": "id", "labels": "a", "status": "s", "at": "t"}
OPTIONS: dict[str, dict[str, Any]] = {
    "generic": {"mapping": MAPPING},
    "alertmanager": {"fingerprint": ["alertname", "title"]},
}
BODIES = {
    "alertmanager": st.fixed_dictionaries(
        {"alerts": st.lists(_ALERT | _JSON, max_size=3)}, optional={"groupKey": _JSON}
    ),
    "grafana": st.fixed_dictionaries(
        {"alerts": st.lists(_ALERT | _JSON, max_size=3)}, optional={"state": _JSON}
    ),
    "pagerduty": st.fixed_dictionaries(
        {"event_action": _WORDS | _JSON},
        optional={"payload": _PAYLOAD | _JSON, "dedup_key": _TEXT | _JSON, "links": _JSON},
    ),
    "pagerduty-v1": st.fixed_dictionaries(
        {"event_type": _WORDS | _JSON, "description": _TEXT | _JSON},
        optional={"incident_key": _JSON, "details": _JSON, "contexts": _JSON},
    ),
    "pagerduty-change": st.fixed_dictionaries({"payload": _PAYLOAD}, optional={"links": _JSON}),
    "native": _objects(
        "type", "source", "message", "severity", "correlation_id", "labels", "action"
    ),
    "datadog": st.fixed_dictionaries(
        {"title": _TEXT | st.just("[Triggered on {a:b}] x")},
        optional=dict.fromkeys(("aggreg_key", "alert_cycle_key", "tags", "date", "link"), _JSON),
    ),
    "sentry": st.fixed_dictionaries(
        {
            "action": _WORDS | _JSON,
            "data": st.fixed_dictionaries({}, optional={"event": _EVENT})
            | st.fixed_dictionaries({"issue": _ISSUE})
            | st.fixed_dictionaries({"metric_alert": _METRIC}, optional={"web_url": _JSON}),
        }
    ),
    "cloudevents": _CLOUD | st.lists(_CLOUD | _JSON, max_size=3),
    "oncall": _objects("alert_uid", "title", "state", "message", "image_url"),
    "goalert": _objects("summary", "details", "action", "dedup", "meta"),
    "uptime-kuma": st.fixed_dictionaries(
        {"heartbeat": _BEAT | _JSON}, optional={"monitor": _JSON, "msg": _TEXT}
    ),
    "zabbix": _objects("event_id", "event_value", "name", "severity", "tags", "host", "opdata"),
    "incident-io": _objects("title", "status", "deduplication_key", "metadata", "source_url"),
    "generic": _objects("a", "id", "s", "t"),
    "alertmanager-api": st.lists(_OF_AM | _LABELLED | _JSON, max_size=3)
    | st.fixed_dictionaries(
        {"receivedAt": _JSON, "alerts": st.lists(_OF_AM | _LABELLED | _JSON, max_size=3)}
    ),
    "opsgenie": _OPSGENIE
    | st.fixed_dictionaries({"request": _REQUEST}, optional={"body": _OPSGENIE | _JSON}),
    "heartbeat": st.lists(_objects("action", "fingerprint", "labels", "at"), max_size=3),
    "detection": st.lists(_objects("action", "fingerprint", "labels", "at"), max_size=3),
}


def _is_fit_to_store(signal: Signal) -> bool:
    texts = (signal.title, signal.description, signal.fingerprint, signal.group, signal.value)
    kept = msgspec.json.encode([signal.labels, signal.annotations, signal.deed])
    return (
        not any("\0" in text for text in texts)
        and b"\\u0000" not in kept
        and (1 if signal.action == "fire" else 0) <= len(signal.fingerprint) <= 255
        and len(signal.title) <= 1024
        and len(signal.link) <= 1000
        and signal.link[:4] in {"", "http"}
    )


def test_every_adapter_is_fuzzed() -> None:
    assert set(BODIES) == set(adapters.ADAPTERS.slugs())


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("slug", sorted(BODIES))
def test_an_adapter_reads_it_or_says_why_not(slug: str, turn: int) -> None:
    @seed(SEED + turn)
    @fuzzed
    @given(BODIES[slug] | _JSON)
    def reads(value: Any) -> None:
        _reads(slug, msgspec.json.encode(value))

    reads()


def _reads(slug: str, body: bytes) -> None:
    try:
        signals = adapters.read(slug, body, OPTIONS.get(slug, {}))
    except Malformed:
        return
    if slug not in {"detection", "heartbeat"}:  # written by ourselves
        assert all(_is_fit_to_store(signal) for signal in signals)


_HEADERS = st.dictionaries(
    st.sampled_from(
        [b"content-type", b"ce-specversion", b"ce-id", b"ce-type", b"ce-data", b"accept"]
    ),
    st.binary(max_size=30)
    | st.sampled_from(
        [
            b"application/x-www-form-urlencoded",
            b"multipart/form-data; boundary=X",
            b"application/cloudevents+json",
            b"application/cloudevents-batch+json",
            b"text/plain",
        ]
    ),
)
_RAW = st.binary(max_size=200) | st.sampled_from(
    [b"{}", b"[]", b"[1]", b"payload={}", b"a=%ff", b"meta=a&meta=b", b"--X\r\n\r\n{}\r\n--X--"]
)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("slug", DIALECTS.slugs())
def test_a_dialect_reads_what_comes_or_refuses(slug: str, turn: int) -> None:
    query = st.binary(max_size=40) | st.just(b"token=a&summary=b")

    @seed(SEED + turn)
    @fuzzed
    @given(headers=_HEADERS, raw=_RAW, query=query)
    def answers(headers: dict[bytes, bytes], raw: bytes, query: bytes) -> None:
        _answers(slug, headers, raw, query)

    answers()


def _answers(slug: str, headers: dict[bytes, bytes], raw: bytes, query: bytes) -> None:
    dialect = DIALECTS[slug]
    scope = {"headers": list(headers.items()), "query_string": query, "method": "POST"}
    inbound = Inbound(scope, {}, raw)
    with suppress(Refusal, Malformed):
        inbound.body = dialect.parse(inbound)
        dialect.key_of(inbound)
        adapters.ADAPTERS[dialect.slug].signals(inbound.body)
        dialect.once(inbound)
        payload.read(dialect.stored(inbound))
        dialect.accepted(inbound)


@given(st.text(max_size=60), _JSON)
@fuzzed
def test_an_expression_yields_something_or_says_why_not(text: str, value: Any) -> None:
    with suppress(Invalid):
        expressions.yielded(text, value)


@given(st.binary(max_size=200))
@fuzzed
def test_bytes_are_json_or_refused(body: bytes) -> None:
    with suppress(payload.Unreadable):
        payload.refuse_twins(body, payload.read(body))
