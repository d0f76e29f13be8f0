"""Asking Prometheus for history, Loki, an HTTP address and Kubernetes, each on loopback."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from incidents.kernel import clock, outbound
from incidents.kernel.outbound import OutboundError
from incidents.models import TelemetrySource
from incidents.sources.detection import asking
from incidents.telemetry import CLIENTS, Place, Sample, Span, kubernetes
from tests.detection.servers import Asked, Reply, matrix, serving, streams, vector

HOUR = Span(1000.0, 4600.0, 60.0)


def place(url: str, **settings: Any) -> Place:
    return Place(outbound.client(timeout=2, token="geheim"), url, settings)


def test_it_reads_history_without_nan() -> None:
    points = [(1000.0, 1.0), (1060.0, float("nan")), (1120.0, 3.0)]
    with serving(lambda _: (200, matrix(({"job": "a"}, points)))) as server:
        history = CLIENTS["prometheus"].history
        assert history
        (series,) = history(place(server.url), "up", HOUR)
    assert (series.labels, list(series.points)) == ({"job": "a"}, [(1000.0, 1.0), (1120.0, 3.0)])
    assert server.seen[0].path == "/api/v1/query_range"
    assert server.seen[0].params == {
        "query": "up",
        "start": "1000.000",
        "end": "4600.000",
        "step": "60",
    }
    assert server.seen[0].headers["Authorization"] == "Bearer geheim"


def test_it_reads_numbers_and_lines_of_loki() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/query"):
            return 200, vector(({"app": "shop"}, 12.0))
        return 200, streams(({"app": "shop"}, [(1300.0, "late"), (1200.0, "early")]))

    with serving(answer) as server:
        loki = CLIENTS["loki"]
        assert loki.lines
        assert loki.now(place(server.url), "rate") == [Sample({"app": "shop"}, 12.0)]
        read = loki.lines(place(server.url), '{app="shop"}', HOUR)
    assert [(line.at, line.text) for line in read] == [(1200.0, "early"), (1300.0, "late")]
    assert server.seen[1].path == "/loki/api/v1/query_range"
    assert server.seen[1].params["start"] == "1000000000000"


def test_it_says_when_loki_counts_where_lines_are_wanted() -> None:
    lines = CLIENTS["loki"].lines
    assert lines
    with (
        serving(lambda _: (200, matrix())) as server,
        pytest.raises(OutboundError, match="Ask for lines"),
    ):
        lines(place(server.url), "rate", HOUR)


@pytest.mark.parametrize(
    ("status", "body", "up"),
    [(200, b"all is well", 1.0), (503, b"all is well", 0.0), (200, b"maintenance", 0.0)],
)
def test_it_looks_at_status_and_body(status: int, body: bytes, up: float) -> None:
    check = CLIENTS["http"].now
    with serving(lambda _: (status, body)) as server:
        here = place(server.url, body_pattern="is (well|fine)")
        assert [s.value for s in check(here, "up")] == [up]
        assert [s.value for s in check(here, "status")] == [status]
        assert 0 < check(here, "latency_seconds")[0].value < 2


def test_an_address_that_does_not_answer_is_down() -> None:
    check = CLIENTS["http"].now
    assert [s.value for s in check(place("http://127.0.0.1:1"), "up")] == [0.0]
    assert check(place("http://127.0.0.1:1"), "latency_seconds") == []
    with pytest.raises(OutboundError, match="Ask for one of up"):
        check(place("http://127.0.0.1:1"), "speed")


def _certificate(folder: Path, until: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.test")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(until - timedelta(days=90))
        .not_valid_after(until)
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path = folder / "both.pem"
    path.write_bytes(made.public_bytes(kind) + key.private_bytes(kind, form, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.mark.parametrize("days", [20, -3])
def test_it_counts_the_days_of_a_certificate(tmp_path: Path, days: int) -> None:
    until = clock.now() + timedelta(days=days)
    with serving(lambda _: (200, b"ok"), _certificate(tmp_path, until)) as server:
        here = place(server.url)
        (sample,) = CLIENTS["http"].now(here, "certificate_days")
        # Nobody we know signed it, so a visitor sees an error: it is down all the same.
        assert CLIENTS["http"].now(here, "up")[0].value == 0.0
    assert sample.value == pytest.approx(days, abs=0.01)


def test_it_trusts_the_authority_that_it_is_given(tmp_path: Path) -> None:
    context = _certificate(tmp_path, datetime.now(UTC) + timedelta(days=5))
    with serving(lambda _: (200, b"ok"), context) as server:
        ca = (tmp_path / "both.pem").read_text().partition("-----BEGIN PRIVATE")[0]
        assert outbound.fetch(outbound.client(ca=ca), server.url).body == b"ok"
    with pytest.raises(OutboundError, match="no PEM"):
        outbound.client(ca="not a certificate")


def _pod(name: str, **status: Any) -> dict[str, Any]:
    container = {"name": "web", "restartCount": 7, **status}
    about = {"name": name, "namespace": "shop"}
    return {"metadata": about, "status": {"containerStatuses": [container]}}


def _ended(minutes_ago: float) -> dict[str, Any]:
    at = (clock.now() - timedelta(minutes=minutes_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"terminated": {"reason": "OOMKilled", "finishedAt": at}}


def _cluster(asked: Asked) -> Reply:
    ready = {"type": "Ready", "status": "True"}
    now = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    pods = [
        _pod("fine", state={"running": {}}),
        _pod("loops", state={"waiting": {"reason": "CrashLoopBackOff"}}),
        _pod("pulls", state={"waiting": {"reason": "ErrImagePull"}}),
        _pod("fat", state={"running": {}}, lastState=_ended(2)),
        _pod("was-fat", state={"running": {}}, lastState=_ended(60)),
    ]
    nodes = [
        {"metadata": {"name": "n1"}, "status": {"conditions": [ready]}},
        {"metadata": {"name": "n2"}, "status": {"conditions": [ready | {"status": "Unknown"}]}},
    ]
    event = {"involvedObject": {"namespace": "shop", "name": "big"}, "count": 4}
    events = [event | {"lastTimestamp": now}, event | {"lastTimestamp": "2020-01-01T00:00:00Z"}]
    if asked.path == "/api/v1/nodes":
        return 200, {"items": nodes}
    if asked.path == "/api/v1/events":
        return 200, {"items": events if asked.params.get("fieldSelector") else []}
    # Two pages, to be followed.
    rest = asked.params.get("continue") == "more"
    more = {} if rest else {"continue": "more"}
    return 200, {"items": pods[2:] if rest else pods[:2], "metadata": more}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("CrashLoopBackOff", [("loops", 7.0)]),
        ("ImagePullBackOff", [("pulls", 7.0)]),
        ("OOMKilled namespace=shop selector=app=web", [("fat", 7.0)]),
        ("NotReady", [("n2", 1.0)]),
        ("FailedScheduling", [("big", 4.0)]),
    ],
)
def test_it_finds_what_is_not_well_in_a_cluster(query: str, found: list[tuple[str, float]]) -> None:
    with serving(_cluster) as server:
        told = CLIENTS["kubernetes"].now(place(server.url), query)
    assert [(s.labels.get("pod") or s.labels["node"], s.value) for s in told] == found


def test_it_asks_kubernetes_for_one_namespace_only() -> None:
    with serving(_cluster) as server:
        CLIENTS["kubernetes"].now(place(server.url), "OOMKilled namespace=shop selector=app=web")
    assert server.seen[0].path == "/api/v1/namespaces/shop/pods"
    assert server.seen[0].params["labelSelector"] == "app=web"


@pytest.mark.parametrize("said", [[], {"items": None}, {"items": [1]}])
def test_it_says_when_it_is_not_kubernetes(said: Any) -> None:
    with (
        serving(lambda _: (200, said)) as server,
        pytest.raises(OutboundError, match="as Kubernetes"),
    ):
        CLIENTS["kubernetes"].now(place(server.url), "CrashLoopBackOff")


def test_it_says_what_can_be_asked_of_kubernetes() -> None:
    with pytest.raises(OutboundError, match="Ask for one of CrashLoopBackOff"):
        CLIENTS["kubernetes"].now(place("http://127.0.0.1:1"), "pods")


def test_it_reads_the_events_of_a_cluster_as_lines() -> None:
    def event(reason: str, at: str, **more: Any) -> dict[str, Any]:
        about = {"namespace": "shop", "kind": "Pod", "name": "web-1"}
        return {"involvedObject": about, "reason": reason, "message": "m", "type": "Warning"} | {
            "lastTimestamp": at,
            "metadata": {"creationTimestamp": at},
            **more,
        }

    def answer(asked: Asked) -> Reply:
        newer = event("BackOff", "1970-01-01T00:50:00Z")
        series = {"lastObservedTime": "1970-01-01T00:20:00Z"}
        moved = event("Failed", "1970-01-01T00:00:01Z", series=series)
        return 200, {"items": [newer, moved, event("Old", "1970-01-01T00:00:02Z")]}

    lines = CLIENTS["kubernetes"].lines
    assert lines
    with serving(answer) as server:
        read = lines(place(server.url), "events namespace=shop selector=app=web", HOUR)
    assert [(line.at, line.text) for line in read] == [
        (1200.0, "Failed: m"),
        (3000.0, "BackOff: m"),
    ]
    assert read[0].labels["name"] == "web-1"
    assert server.seen[0].path == "/api/v1/namespaces/shop/events"
    assert "labelSelector" not in server.seen[0].params


def test_in_a_cluster_it_takes_the_account_of_its_own_pod(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    """The token is read anew each time: Kubernetes replaces it every hour."""
    source = TelemetrySource(name="Ours", kind="kubernetes")
    monkeypatch.setattr(kubernetes, "IN_CLUSTER", tmp_path)
    with serving(_cluster) as server:
        source.url = server.url
        (tmp_path / "ca.crt").write_text("")
        for token in ("first", "second"):
            (tmp_path / "token").write_text(f"{token}\n")
            here = asking.connect(source)
            CLIENTS["kubernetes"].now(here, "NotReady")
            here.http.close()
    assert [seen.headers["Authorization"] for seen in server.seen] == [
        "Bearer first",
        "Bearer second",
    ]
