"""A shop that can break, watched by Debian's Prometheus, which tells Debian's Alertmanager."""

from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self

from bench.product import free_port
from tests.flow.senders import Program, alertmanager_command, prometheus_command

RULES = """
groups:
  - name: shop
    interval: 1s
    rules:
      - alert: CheckoutErrors
        expr: shop_error_ratio > 0.05
        labels: {severity: critical, service: checkout}
        annotations:
          summary: Card payments fail at checkout
          description: "{{ $value | humanizePercentage }} of payments fail."
"""
PROMETHEUS = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
alerting:
  alertmanagers: [{static_configs: [{targets: ["127.0.0.1:%(alertmanager)s"]}]}]
scrape_configs:
  - job_name: shop
    static_configs: [{targets: ["127.0.0.1:%(shop)s"]}]
"""
ALERTMANAGER = """
global: {resolve_timeout: 10s}
route: {receiver: incidents, group_by: [alertname], group_wait: 0s, group_interval: 1s}
receivers:
  - name: incidents
    webhook_configs: [{url: "%s", send_resolved: true}]
"""


class Shop:
    """Exposes one gauge; set `error_ratio` to break it."""

    def __init__(self) -> None:
        self.error_ratio = 0.0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(f"shop_error_ratio {owner.error_ratio}\n".encode())

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_port

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Monitoring(ExitStack):
    """`with Monitoring(folder, hook) as monitoring:` all of it runs until the end of the block."""

    def __init__(self, folder: Path, hook: str) -> None:
        super().__init__()
        self.shop = Shop()
        self.callback(self.shop.close)
        alertmanager, prometheus = free_port(), free_port()
        self.url = f"http://127.0.0.1:{prometheus}"
        ports = {"alertmanager": alertmanager, "shop": self.shop.port}
        (folder / "rules.yml").write_text(RULES)
        (folder / "prometheus.yml").write_text(PROMETHEUS % ports)
        (folder / "alertmanager.yml").write_text(ALERTMANAGER % hook)
        self.programs = [
            Program(folder, alertmanager_command(folder, alertmanager), alertmanager),
            Program(folder, prometheus_command(folder, prometheus), prometheus),
        ]

    def __enter__(self) -> Self:
        for program in self.programs:
            self.enter_context(program)
        return super().__enter__()
