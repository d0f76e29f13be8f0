"""What other sites embed, in a real browser: on a site of another origin with a strict policy."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import expect

from incidents.models import Incident
from tests.browsing import Visits
from tests.statuspage.conftest import Publish
from tests.statuspage.test_browser import Served, outage, served

__all__ = ["outage", "served"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HTML = """<!doctype html><html lang="en"><title>A shop</title><main><h1>A shop</h1>
<p id="here"></p>
<script async src="{status}/widget.js" data-target="#here"></script>
<iframe src="{status}/embed" title="Status" width="320" height="90"></iframe></main></html>"""


@pytest.fixture
def shop(served: Served) -> Iterator[str]:
    """A site that lets in nothing but what the widget and the frame need."""
    while httpx.get(served.url).status_code != 200:
        time.sleep(0.1)  # the door's first look
    root = served.url.removesuffix("/status")
    policy = f"default-src 'none'; script-src {root}; connect-src {root}; frame-src {root}"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = HTML.format(status=served.url).encode() if self.path == "/" else b""
            self.send_response(200 if body else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_shows_the_state_on_a_site_with_a_strict_policy(browse: Visits, shop: str) -> None:
    page = browse(None, "/", root=shop)
    expect(page.locator("#here strong")).to_have_text("Checkout is down")
    link = page.locator("#here a")
    expect(link).to_have_class("major_outage")
    assert link.evaluate("e => getComputedStyle(e).borderInlineStartWidth") == "4px"
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_it_shows_the_frame_without_script(browse: Visits, shop: str) -> None:
    page = browse(None, "/", root=shop, script=False)
    frame = page.frame_locator("iframe")
    expect(frame.locator("strong")).to_have_text("Major outage: Checkout is down")
    expect(frame.locator("small time")).to_contain_text("UTC")


def test_it_follows_the_page(
    browse: Visits, shop: str, served: Served, outage: Incident, publish: Publish
) -> None:
    page = browse(None, "/", root=shop)
    expect(page.locator("#here strong")).to_have_text("Checkout is down")
    publish(outage, "resolved", "All is well again.")
    while httpx.get(f"{served.url}/json").json()["status"]["state"] != "operational":
        time.sleep(0.1)  # the door looks once a second
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#here a")).to_have_class("operational")
