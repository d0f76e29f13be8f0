"""Real input: an outage that Prometheus sees, followed to the PDF of its post-mortem."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.product import Product
from tests.flow.conftest import eventually
from tests.flow.prometheus import Monitoring

pytestmark = pytest.mark.flow


def _needs(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def test_an_outage_is_followed_from_prometheus_to_the_pdf(
    product: Product, token: str, tmp_path: Path
) -> None:
    _needs("prometheus", "prometheus-alertmanager", "pdftotext")

    def call(method: str, path: str, body: Any = None) -> Any:
        return product.call(method, path, token=token, body=body)

    hook = product.integration("alertmanager", "Prometheus")["url"]
    with Monitoring(tmp_path, hook) as monitoring:
        monitoring.shop.error_ratio = 0.38
        listed = eventually(lambda: call("GET", "/api/incidents?service=checkout")["results"])
        (incident,) = listed
        assert incident["title"] == "Card payments fail at checkout"
        assert (incident["severity"], incident["state"]) == ("P0", "detected")
        path = f"/api/incidents/{incident['reference']}"
        call("POST", f"{path}/acknowledge", {})
        call("POST", f"{path}/messages", {"body": "The last release pins TLS 1.0."})
        call("POST", f"{path}/identify", {})
        update = {"state": "identified", "title": "Payments fail", "body": "We are on it."}
        call("POST", f"{path}/status-updates", update)
        eventually(lambda: b"We are on it." in call("GET", "/status"))
        monitoring.shop.error_ratio = 0.0
        eventually(lambda: call("GET", path)["state"] == "monitoring", seconds=60)
    call("POST", f"{path}/resolve", {})
    assert len(call("GET", f"{path}/alerts")["results"]) == 1
    postmortem = call("POST", f"{path}/postmortem", {})
    pdf = tmp_path / "postmortem.pdf"
    pdf.write_bytes(call("GET", f"/api/postmortems/{postmortem['id']}/pdf"))
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True)
    assert "Card payments fail at checkout" in " ".join(text.stdout.split())


def test_a_rule_polled_from_prometheus_opens_and_closes(
    product: Product, token: str, tmp_path: Path
) -> None:
    _needs("prometheus", "prometheus-alertmanager")
    with Monitoring(tmp_path, "http://127.0.0.1:9/none") as monitoring:
        source = {"name": "Prometheus", "url": monitoring.url}
        product.call("POST", "/api/detection/sources", token=token, body=source)
        rule = {
            "name": "Shop errors above 5 %",
            "source": "Prometheus",
            "query": "shop_error_ratio",
            "threshold": 0.05,
            "severity": "P1",
            "interval_seconds": 5,
        }
        made = product.call("POST", "/api/detection/rules", token=token, body=rule)
        monitoring.shop.error_ratio = 0.5

        def alert(state: str) -> Any:
            path = f"/api/alerts?state={state}&q=Shop%20errors"
            return product.call("GET", path, token=token)["results"]

        opened = eventually(lambda: alert("firing"), seconds=40)
        assert opened[0]["incident"]
        monitoring.shop.error_ratio = 0.0
        eventually(lambda: alert("resolved"), seconds=40)
        product.call("DELETE", f"/api/detection/rules/{made['id']}", token=token)
