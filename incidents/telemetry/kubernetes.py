"""Pods, nodes and events of a Kubernetes cluster, over its own HTTPS API: no client library needed.

The query is a condition, then where to look: `CrashLoopBackOff namespace=shop selector=app=web`.
Each thing that has the condition is a series; what is well yields none.

https://kubernetes.io/docs/reference/kubernetes-api/ ; the account needs to get and list pods,
nodes and events.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from incidents.kernel import clock
from incidents.kernel.options import Option
from incidents.kernel.outbound import OutboundError, get_json
from incidents.telemetry import CLIENTS, Client, Line, Place, Sample, Span

MOST_BYTES: Final = 16 * 1024 * 1024
A_PAGE: Final = 250
MOST_PAGES: Final = 40
MOST_LINES: Final = 10_000
# Clusters forget their events after an hour, unless somebody set that otherwise.
KEEPS_EVENTS: Final = 3600.0
# Something that happened once is told this long.
RECENT: Final = timedelta(minutes=10)
IN_CLUSTER: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_STRANGE: Final = "It does not answer as Kubernetes does."

Thing = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    condition: str
    namespace: str = ""
    selector: str = ""


def now(place: Place, query: str) -> list[Sample]:
    asked = _question(query, _CONDITIONS)
    try:
        return [*_CONDITIONS[asked.condition](place, asked)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise OutboundError(_STRANGE) from error


def _question(query: str, words: Collection[str]) -> Question:
    condition, *rest = query.split() or [""]
    where = dict(part.partition("=")[::2] for part in rest)
    if condition not in words or not set(where) <= {"namespace", "selector"}:
        raise OutboundError(
            f"Ask for one of {', '.join(words)}, then namespace=… and selector=….",
            permanent=True,
        )
    return Question(condition, **where)


def _waiting(*reasons: str) -> Callable[[Place, Question], Iterator[Sample]]:
    """Containers that wait for one of `reasons`; the value is how often they were restarted."""

    def found(place: Place, asked: Question) -> Iterator[Sample]:
        for pod, container in _containers(place, asked):
            state = (container.get("state") or {}).get("waiting") or {}
            if state.get("reason") in reasons:
                yield _of_container(pod, container, state["reason"])

    return found


def _killed(place: Place, asked: Question) -> Iterator[Sample]:
    """Containers that ran out of memory a short while ago."""
    for pod, container in _containers(place, asked):
        for state in (container.get("state") or {}, container.get("lastState") or {}):
            ended = state.get("terminated") or {}
            if ended.get("reason") == "OOMKilled" and _recent(ended.get("finishedAt")):
                yield _of_container(pod, container, "OOMKilled")
                break


def _not_ready(place: Place, asked: Question) -> Iterator[Sample]:
    """Nodes that do not say that they are ready."""
    for node in _all(place, "/api/v1/nodes", asked):
        conditions = node["status"].get("conditions") or ()
        if not any(c["type"] == "Ready" and c["status"] == "True" for c in conditions):
            yield Sample({"node": str(node["metadata"]["name"])}, 1.0)


def _unscheduled(place: Place, asked: Question) -> Iterator[Sample]:
    """Pods for which there was no node a short while ago; the value is how often it was tried."""
    where = _path(asked, "events")
    for event in _all(place, where, asked, events=True, reason="FailedScheduling"):
        seen = event.get("series") or {}
        if _recent(_seen_at(event)):
            told = event["involvedObject"]
            labels = {"namespace": str(told.get("namespace", "")), "pod": str(told["name"])}
            yield Sample(labels, float(seen.get("count") or event.get("count") or 1))


def lines(place: Place, query: str, span: Span) -> list[Line]:
    """What `events namespace=…` asks for, as lines: “BackOff: Back-off restarting container”."""
    asked = _question(query, ("events",))
    try:
        told = [_line(event) for event in _all(place, _path(asked, "events"), asked, events=True)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise OutboundError(_STRANGE) from error
    recent = [line for line in told if span.start <= line.at <= span.end]
    return sorted(recent, key=lambda line: line.at)[-MOST_LINES:]


def _line(event: Thing) -> Line:
    told, reason = event["involvedObject"], str(event.get("reason") or "")
    at = _seen_at(event) or event["metadata"]["creationTimestamp"]
    labels = {
        "namespace": str(told.get("namespace") or ""),
        "kind": str(told.get("kind") or ""),
        "name": str(told.get("name") or ""),
        "reason": reason,
        "type": str(event.get("type") or ""),
    }
    moment = datetime.fromisoformat(at).timestamp()
    return Line(moment, f"{reason}: {event.get('message') or ''}", labels)


def _seen_at(event: Thing) -> Any:
    """When it was seen last: the newer and the older API say so in different places."""
    last = (event.get("series") or {}).get("lastObservedTime")
    return last or event.get("lastTimestamp") or event.get("eventTime")


def _containers(place: Place, asked: Question) -> Iterator[tuple[Thing, Thing]]:
    for pod in _all(place, _path(asked, "pods"), asked):
        status = pod.get("status") or {}
        for name in ("initContainerStatuses", "containerStatuses"):
            for container in status.get(name) or ():
                yield pod, container


def _of_container(pod: Thing, container: Thing, reason: str) -> Sample:
    about = pod["metadata"]
    labels = {
        "namespace": str(about["namespace"]),
        "pod": str(about["name"]),
        "container": str(container["name"]),
        "reason": reason,
    }
    return Sample(labels, float(max(1, container.get("restartCount") or 0)))


def _path(asked: Question, what: str) -> str:
    return f"/api/v1/namespaces/{asked.namespace}/{what}" if asked.namespace else f"/api/v1/{what}"


def _all(
    place: Place, path: str, asked: Question, *, events: bool = False, reason: str = ""
) -> Iterator[Thing]:
    """Every item of a list, page by page. Events have no labels to select by."""
    params = {"limit": str(A_PAGE)}
    if asked.selector and not events:
        params["labelSelector"] = asked.selector
    if reason:
        params["fieldSelector"] = f"reason={reason}"
    for _ in range(MOST_PAGES):
        url = f"{place.url.rstrip('/')}{path}"
        answer = get_json(place.http, url, params, most=MOST_BYTES)
        yield from answer["items"]
        following = (answer.get("metadata") or {}).get("continue")
        if not following:
            return
        params["continue"] = str(following)
    raise OutboundError(
        f"It lists more than {A_PAGE * MOST_PAGES}. Name a namespace.", permanent=True
    )


def _recent(at: object) -> bool:
    if not isinstance(at, str):
        return False
    return clock.now() - datetime.fromisoformat(at) <= RECENT


def account() -> tuple[str, str]:
    """Token and certificate authority of the pod that we run in; both empty elsewhere."""
    try:
        return (IN_CLUSTER / "token").read_text().strip(), (IN_CLUSTER / "ca.crt").read_text()
    except OSError:
        return "", ""


_CONDITIONS: Final[Mapping[str, Callable[[Place, Question], Iterator[Sample]]]] = {
    "CrashLoopBackOff": _waiting("CrashLoopBackOff"),
    "ImagePullBackOff": _waiting("ImagePullBackOff", "ErrImagePull"),
    "OOMKilled": _killed,
    "NotReady": _not_ready,
    "FailedScheduling": _unscheduled,
}

CLIENTS.add("kubernetes")(
    Client(
        label="Kubernetes",
        asks=f"One of {', '.join(_CONDITIONS)}; then, where wanted, namespace=… and selector=…. A"
        " pattern rule asks for events.",
        probe="NotReady",
        now=now,
        lines=lines,
        most_lines=MOST_LINES,
        keeps_lines=KEEPS_EVENTS,
        options=(
            Option(
                "ca",
                "Certificate authority",
                "text",
                "",
                limit=8000,
                help="PEM, where the cluster's own is not known to this machine.",
            ),
        ),
    )
)
