"""Clients as they are published, unmodified, against the running product."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.product import Product
from tests.flow.conftest import eventually
from tests.flow.senders import Alertmanager, Prometheus
from tests.flow.tls import https

pytestmark = pytest.mark.flow
CLIENTS = Path(__file__).parent / "clients"
Look = Callable[[str], list[dict[str, Any]]]


def needs(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def run(program: str, url: str, key: str, **environment: str) -> dict[str, Any]:
    """What one of the programs in `clients` prints."""
    done = subprocess.run(
        [sys.executable, CLIENTS / f"{program}.py", url, key],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture
def alerts(product: Product, token: str) -> Look:
    """Alerts by a piece of their title."""

    def look(title: str) -> list[dict[str, Any]]:
        path = f"/api/alerts?q={title.replace(' ', '%20')}"
        found: list[dict[str, Any]] = product.call("GET", path, token=token)["results"]
        return found

    return look


def state(alerts: Look, title: str, wanted: str) -> Any:
    return eventually(lambda: [a for a in alerts(title) if a["state"] == wanted], seconds=60)


def test_the_package_pagerduty(product: Product, alerts: Look, tmp_path: Path) -> None:
    """It insists on HTTPS."""
    key = product.integration("pagerduty", "pagerduty")["key"]
    with https(tmp_path, product.port) as (url, certificate):
        given = run("pagerduty_events", url, key, SSL_CERT_FILE=str(certificate))["given"]
    (over,) = state(alerts, "Disk full on db-1", "resolved")
    assert over["fingerprint"] == given
    state(alerts, "Queue is stuck", "acknowledged")


def test_the_package_pdpyras(product: Product, alerts: Look) -> None:
    key = product.integration("pagerduty", "pdpyras")["key"]
    given = run("pdpyras_events", product.url(""), key)["given"]
    (over,) = state(alerts, "Old client", "resolved")
    assert over["fingerprint"] == given


def test_the_package_opsgenie_sdk(product: Product, alerts: Look) -> None:
    key = product.integration("opsgenie", "sdk")["key"]
    told = run("opsgenie_alerts", product.url(""), key)
    assert len(told["said"]) == 18
    assert [words for words in told["said"] if words.startswith("failed")] == []
    assert told["alert"] == {
        "alias": "disk/db 1",
        "message": "Disk still full",
        "description": "1 %",
        "tags": ["b"],
        "details": {"rack": "7"},
        "priority": "P1",
        "owner": "ann",
        "snoozed": True,
    }
    assert (told["notes"], told["listed"], told["count"]) == (["Hm"], ["disk/db 1"], 1)
    assert told["closed"] == "closed"
    state(alerts, "Disk still full", "resolved")


class Amtool:
    """`amtool` with the key of an integration in its HTTP configuration."""

    def __init__(self, product: Product, directory: Path, key: str) -> None:
        config = directory / "amtool-http.yml"
        config.write_text(f"authorization:\n  credentials: {key}\n")
        self.options = [f"--alertmanager.url={product.url('')}", f"--http.config.file={config}"]

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            ["amtool", *words, *self.options], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def read(self, *words: str) -> Any:
        return json.loads(self(*words, "--output=json"))


@pytest.fixture
def amtool(product: Product, tmp_path: Path) -> Amtool:
    needs("amtool")
    return Amtool(product, tmp_path, product.integration("alertmanager-api", "amtool")["key"])


def test_amtool_sends_and_sees_alerts(amtool: Amtool, alerts: Look) -> None:
    amtool("alert", "add", "alertname=FanBroken", "rack=7", "--annotation=summary=A fan is broken")
    state(alerts, "A fan is broken", "open")
    (told,) = amtool.read("alert", "query", "rack=~7|8")
    assert (told["labels"]["alertname"], told["status"]["state"]) == ("FanBroken", "active")
    assert amtool.read("alert", "query", "rack=9") == []
    assert "FanBroken" in amtool("alert", "query", "alertname=FanBroken")
    assert "disabled" in amtool("cluster", "show")
    assert "settings" in amtool("config", "show")
    amtool("alert", "add", "alertname=FanBroken", "rack=7", "--end=2020-01-01T00:00:00Z")
    state(alerts, "A fan is broken", "resolved")


def test_amtool_keeps_silences(amtool: Amtool, tmp_path: Path) -> None:
    silence = ["silence", "add", "alertname=Leak", "rack=~1.*", "--author=ann"]
    named = amtool(*silence, "--duration=1h", "--comment=A plumber is there").strip()
    amtool("alert", "add", "alertname=Leak", "rack=12")
    (quiet,) = eventually(lambda: amtool.read("alert", "query", "--silenced", "alertname=Leak"))
    assert quiet["status"]["silencedBy"] == [named]
    amtool("silence", "update", "--duration=2h", "--comment=Still there", named)
    (told,) = amtool.read("silence", "query", "rack=~1.*")
    assert (told["id"], told["comment"], told["createdBy"]) == (named, "Still there", "ann")
    exported = tmp_path / "silences.json"
    exported.write_text(json.dumps([told]))
    amtool("silence", "expire", named)
    assert amtool.read("silence", "query") == []
    amtool("silence", "import", "--force", str(exported))
    (again,) = amtool.read("silence", "query")
    assert (again["comment"], again["id"] == named) == ("Still there", False)
    amtool("silence", "expire", again["id"])


def test_prometheus_sends_to_us_as_to_an_alertmanager(
    product: Product, alerts: Look, tmp_path: Path
) -> None:
    needs("prometheus")
    key = product.integration("alertmanager-api", "Prometheus itself")["key"]
    with Prometheus(tmp_path, f"127.0.0.1:{product.port}", key) as prometheus:
        (fires,) = state(alerts, "Prometheus speaks to us", "open")
        assert fires["link"].startswith("http")
        prometheus.calm()
        state(alerts, "Prometheus speaks to us", "resolved")


def test_alertmanager_sends_by_three_protocols(
    product: Product, alerts: Look, tmp_path: Path
) -> None:
    needs("prometheus-alertmanager", "amtool")
    made = {
        kind: product.integration(kind, f"from Alertmanager: {kind}")
        for kind in ("alertmanager", "opsgenie", "pagerduty")
    }
    with Alertmanager(tmp_path, product.url(""), made) as alertmanager:
        alertmanager.send("Threefold", over=False)
        names = {f"from Alertmanager: {kind}" for kind in made}
        eventually(lambda: {a["integration"] for a in alerts("Threefold")} == names)
        alertmanager.send("Threefold", over=True)
        eventually(lambda: {a["state"] for a in alerts("Threefold")} == {"resolved"}, seconds=60)
