"""Queries against Grafana Loki: LogQL for numbers and for lines.

https://grafana.com/docs/loki/latest/reference/loki-http-api/
"""

from typing import Any, Final

from incidents.kernel.outbound import OutboundError, get_json
from incidents.telemetry import CLIENTS, Client, Line, Place, Sample, Series, Span
from incidents.telemetry.prometheus import MOST_HISTORY, history, labels, samples, understood

_STRANGE: Final = "It does not answer as Loki does."
MOST_LINES: Final = 2000


def now(place: Place, logql: str) -> list[Sample]:
    """What a metric query such as `sum(rate({app="shop"} |= "error" [5m]))` yields now."""
    answer = get_json(place.http, _address(place, "query"), {"query": logql})
    return understood(answer, samples, _STRANGE)


def over_time(place: Place, logql: str, span: Span) -> list[Series]:
    params = {"query": logql, **_bounds(span), "step": f"{span.step:g}"}
    answer = get_json(place.http, _address(place, "query_range"), params, most=MOST_HISTORY)
    return understood(answer, history, _STRANGE)


def lines(place: Place, logql: str, span: Span) -> list[Line]:
    """The newest lines that `{app="shop"} |= "error"` chose in `span`, at most MOST_LINES."""
    params = {
        "query": logql,
        **_bounds(span),
        "limit": str(MOST_LINES),
        "direction": "backward",
    }
    answer = get_json(place.http, _address(place, "query_range"), params, most=MOST_HISTORY)
    return understood(answer, _lines, _STRANGE)


def _address(place: Place, what: str) -> str:
    return f"{place.url.rstrip('/')}/loki/api/v1/{what}"


def _bounds(span: Span) -> dict[str, str]:
    """Loki counts in nanoseconds."""
    return {"start": f"{int(span.start * 1e9)}", "end": f"{int(span.end * 1e9)}"}


def _lines(data: dict[str, Any]) -> list[Line]:
    if data["resultType"] != "streams":
        raise OutboundError("The query counts. Ask for lines here.", permanent=True)
    found = [
        Line(int(at) / 1e9, str(text), labels(row["stream"]))
        for row in data["result"]
        for at, text, *_ in row["values"]
    ]
    return sorted(found, key=lambda line: line.at)


CLIENTS.add("loki")(
    Client(
        label="Loki",
        asks="LogQL. A pattern rule asks for lines, the other kinds for numbers.",
        probe="vector(1)",
        now=now,
        history=over_time,
        lines=lines,
        most_lines=MOST_LINES,
    )
)
