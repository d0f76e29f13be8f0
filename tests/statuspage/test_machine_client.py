"""A published client of Statuspage reads our page, over HTTP, as it reads Statuspage's."""

import importlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from incidents.kernel import clock
from incidents.models import Incident, Service
from statuspage.models import Component, Maintenance, StatusPage
from statuspage.services import refresh
from tests.conftest import Declare
from tests.statuspage.conftest import Publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def outage(
    declare: Declare, service: Service, publish: Publish, checkout: Component, transfers: Component
) -> Incident:
    incident = declare("db-7", severity="P0", service=service)
    publish(incident, "identified", "We found it.", {checkout: "partial_outage"}, title="No cards")
    return incident


@pytest.fixture
def served(page: StatusPage) -> Iterator[str]:
    """The page's documents over HTTP, as a copy of it serves them."""
    documents: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = documents.get(self.path.lstrip("/"), b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    StatusPage.objects.filter(pk=page.pk).update(version=99)
    refresh(page.pk)
    for row in page.snapshots.filter(path__startswith="api/v2/"):
        documents[row.path] = bytes(row.body)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v2/summary.json"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def planned(page: StatusPage, transfers: Component) -> Maintenance:
    now = clock.now()
    row = Maintenance.objects.create(
        page=page,
        title="Database upgrade",
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=2),
        author_name="Cara",
        created_at=now,
    )
    row.components.add(transfers)
    return row


@pytest.fixture
def asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    outage: Incident,
    planned: Maintenance,
    served: str,
) -> Callable[[], dict[str, Any]]:
    services = tmp_path / "services.json"
    services.write_text(json.dumps({"ours": {"url": served, "name": "Ours"}}))
    monkeypatch.setenv("SERVICES_JSON_PATH", str(services))
    name = "statuspage_prometheus_exporter.service_checker"
    monkeypatch.delitem(sys.modules, name, raising=False)
    checker = importlib.import_module(name)
    # It keeps answers on disk; the test asks for new ones.
    monkeypatch.setattr(checker, "save_service_response", lambda *_, **__: None)
    monkeypatch.setattr(checker, "load_service_response", lambda *_, **__: None)

    def ask() -> dict[str, Any]:
        found: dict[str, Any] = checker.check_service_status("ours", checker.SERVICES["ours"])
        return found

    return ask


def test_a_published_client_reads_the_page(asked: Callable[[], dict[str, Any]]) -> None:
    found = asked()
    assert found["success"] is True
    assert found["raw_status"] == "major"
    told = json.dumps(found, default=str)
    assert "No cards" in told
    assert "Database upgrade" in told
    assert "partial_outage" in told
