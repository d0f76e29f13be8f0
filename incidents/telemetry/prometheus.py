"""Queries against Prometheus, or anything that speaks its HTTP API v1.

https://prometheus.io/docs/prometheus/latest/querying/api/#expression-queries
"""

from collections.abc import Callable
from math import isnan
from typing import Any, Final, TypeVar

import httpx

from incidents.kernel.outbound import OutboundError, get_json
from incidents.kernel.text import plain
from incidents.telemetry import CLIENTS, Client, Sample, Series, Span

__all__ = ["Sample", "query"]

T = TypeVar("T")
_STRANGE: Final = "It does not answer as Prometheus does."
# A month in quarters of an hour, of some dozen series.
MOST_HISTORY: Final = 8 * 1024 * 1024
# Labels are kept with alerts: what a database refuses is left out, what is endless is cut.
LONGEST: Final = 1000


def query(http: httpx.Client, url: str, promql: str) -> list[Sample]:
    """The series that `promql` yields now; series whose value is NaN are left out.

    Raises OutboundError when Prometheus is away or refuses the query.
    """
    answer = get_json(http, f"{url.rstrip('/')}/api/v1/query", {"query": promql})
    return understood(answer, samples, _STRANGE)


def query_range(http: httpx.Client, url: str, promql: str, span: Span) -> list[Series]:
    """The series of `promql` at each step of `span`; values that are NaN are left out."""
    params = {
        "query": promql,
        "start": f"{span.start:.3f}",
        "end": f"{span.end:.3f}",
        "step": f"{span.step:g}",
    }
    address = f"{url.rstrip('/')}/api/v1/query_range"
    return understood(get_json(http, address, params, most=MOST_HISTORY), history, _STRANGE)


def understood(answer: Any, read: Callable[[dict[str, Any]], T], strange: str) -> T:
    """What `read` makes of the answer's data; OutboundError where it is not as documented: then
    somebody else answers in its place, a proxy for instance, whatever the question was."""
    if not isinstance(answer, dict) or answer.get("status") != "success":
        raise OutboundError(strange)
    try:
        return read(answer["data"])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise OutboundError(strange) from error


def samples(data: dict[str, Any]) -> list[Sample]:
    """Two metrics may differ in nothing but the name; then the last one stands for both."""
    if data["resultType"] == "scalar":
        found = [Sample({}, float(data["result"][1]))]
    elif data["resultType"] == "vector":
        found = [Sample(labels(row["metric"]), float(row["value"][1])) for row in data["result"]]
    else:
        raise OutboundError(
            "The query yields no instant vector. Compare a rate or a gauge.", permanent=True
        )
    distinct = {tuple(sorted(sample.labels.items())): sample for sample in found}
    return [sample for sample in distinct.values() if not isnan(sample.value)]


def history(data: dict[str, Any]) -> list[Series]:
    if data["resultType"] != "matrix":
        raise OutboundError("The query has no history of numbers.", permanent=True)
    found = [Series(labels(row["metric"]), _points(row["values"])) for row in data["result"]]
    return list({tuple(sorted(series.labels.items())): series for series in found}.values())


def _points(values: list[list[Any]]) -> list[tuple[float, float]]:
    points = [(float(at), float(value)) for at, value in values]
    return [point for point in points if not isnan(point[1])]


def labels(metric: dict[str, str]) -> dict[str, str]:
    return {
        plain(name, 200): plain(text, LONGEST)
        for name, text in metric.items()
        if name != "__name__"
    }


CLIENTS.add("prometheus")(
    Client(
        label="Prometheus",
        asks="PromQL; each series of the result is judged by itself.",
        probe="vector(1)",
        now=lambda place, promql: query(place.http, place.url, promql),
        history=lambda place, promql, span: query_range(place.http, place.url, promql, span),
    )
)
