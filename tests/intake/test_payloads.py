"""Each payload in tests/payloads/<adapter>/ makes the signals its expectation file says.

`<name>.json` is what a sender posts; `<name>.expected.json` holds the signals, with only those
fields that are not empty, or the problems. `<name>.options.json`, where there is one, holds what
the integration has been told.
"""

import json
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from incidents.pipeline.signal import Malformed, Signal
from incidents.sources import adapters

PAYLOADS = Path(__file__).parent.parent / "payloads"
CASES = sorted(path for path in PAYLOADS.glob("*/*.json") if path.name.count(".") == 1)
# What the example of an adapter that cannot read without a mapping is read with.
TOLD = {"generic": {"mapping": {"title": "title", "severity": "level", "status": "state"}}}


def _written(signal: Signal) -> dict[str, Any]:
    filled = {field.name: getattr(signal, field.name) for field in fields(signal)}
    return {name: _plain(value) for name, value in filled.items() if value}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if isinstance(value, datetime) else value


def outcome(path: Path) -> dict[str, Any]:
    told = path.with_suffix(".options.json")
    options = json.loads(told.read_text()) if told.exists() else {}
    try:
        signals = adapters.read(path.parent.name, path.read_bytes(), options)
        return {"signals": [_written(signal) for signal in signals]}
    except Malformed as error:
        return {"problems": error.problems}


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_it_reads_the_payload_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    assert outcome(path) == expected


def test_each_adapter_has_payloads() -> None:
    assert {path.parent.name for path in CASES} == set(adapters.ADAPTERS.slugs())


@pytest.mark.parametrize("slug", adapters.public_kinds())
def test_the_example_of_each_adapter_opens_an_alert(slug: str) -> None:
    body = adapters.ADAPTERS[slug].example.replace("{key}", "k").encode()
    (signal,) = adapters.read(slug, body, TOLD.get(slug, {}))
    assert signal.action == "fire"
    assert signal.title.startswith("Our first alert")


def test_it_says_so_when_an_adapter_is_gone() -> None:
    with pytest.raises(Malformed, match="no adapter called 'carrier-pigeon'"):
        adapters.read("carrier-pigeon", b"{}")
