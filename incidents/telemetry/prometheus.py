"""Instant queries against Prometheus (or anything that speaks its HTTP API v1).

https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
"""

from dataclasses import dataclass
from math import isnan

import httpx

from incidents.kernel.outbound import OutboundError, get_json


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
        raise OutboundError("It does not answer as Prometheus does.", permanent=True)
    data = answer.get("data") or {}
    result = data.get("result") or []
    if data.get("resultType") == "scalar":
        return _known([Sample({}, float(result[1]))])
    if data.get("resultType") != "vector":
        raise OutboundError(
            "The query yields no instant vector. Compare a rate or a gauge.", permanent=True
        )
    return _known(
        [
            Sample(
                {name: str(text) for name, text in row["metric"].items() if name != "__name__"},
                float(row["value"][1]),
            )
            for row in result
        ]
    )


def _known(samples: list[Sample]) -> list[Sample]:
    return [sample for sample in samples if not isnan(sample.value)]
