"""Instant queries against Prometheus (or anything that speaks its HTTP API v1).

https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
"""

from dataclasses import dataclass
from math import isnan
from typing import Any, Final

import httpx

from incidents.kernel.outbound import OutboundError, get_json

_STRANGE: Final = "It does not answer as Prometheus does."


@dataclass(frozen=True, slots=True)
class Sample:
    """One series of a result: its labels, without the metric's name, and its value now."""

    labels: dict[str, str]
    value: float


def query(http: httpx.Client, url: str, promql: str) -> list[Sample]:
    """The series that `promql` yields now; series whose value is NaN are left out.

    Raises OutboundError when Prometheus is away or refuses the query.
    """
    answer = get_json(http, f"{url.rstrip('/')}/api/v1/query", {"query": promql})
    if not isinstance(answer, dict) or answer.get("status") != "success":
        raise OutboundError(_STRANGE, permanent=True)
    try:
        samples = _samples(answer["data"])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise OutboundError(_STRANGE, permanent=True) from error
    # Two metrics may differ in nothing but the name; then the last one stands for both.
    distinct = {tuple(sorted(sample.labels.items())): sample for sample in samples}
    return [sample for sample in distinct.values() if not isnan(sample.value)]


def _samples(data: dict[str, Any]) -> list[Sample]:
    if data["resultType"] == "scalar":
        return [Sample({}, float(data["result"][1]))]
    if data["resultType"] != "vector":
        raise OutboundError(
            "The query yields no instant vector. Compare a rate or a gauge.", permanent=True
        )
    return [Sample(_labels(row["metric"]), float(row["value"][1])) for row in data["result"]]


def _labels(metric: dict[str, str]) -> dict[str, str]:
    return {name: str(text) for name, text in metric.items() if name != "__name__"}
