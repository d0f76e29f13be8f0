"""Opsgenie's Alert API v2, the part that reads. What changes an alert goes through the door."""

import uuid
from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api import opsgenie_shapes as shapes
from incidents.api.errors import problem
from incidents.api.protocols import ProtocolView
from incidents.kernel.errors import Invalid, NotFound
from incidents.kernel.text import key
from incidents.models import Alert, Signal, SignalState
from incidents.selectors import alert_search
from incidents.sources.adapters import opsgenie, opsgenie_ids

_READ: Final = {"GET": "alert.read"}
MOST: Final = 100
DEFAULT: Final = 20
FURTHEST: Final = 20_000
SECONDS_TO_WAIT: Final = 3.0
_SORTED_BY: Final = {
    "createdat": "started_at",
    "updatedat": "last_seen_at",
    "lastoccurredat": "last_seen_at",
    "tinyid": "pk",
    "alias": "fingerprint",
    "message": "title",
    "status": "state",
    "acknowledged": "state",
    "isseen": "state",
    "count": "count",
    "priority": "severity__rank",
    "source": "labels__source",
    "owner": "handling__owner",
    "snoozed": "handling__snoozed_until",
    "snoozeduntil": "handling__snoozed_until",
}


class OpsgenieView(ProtocolView):
    """Answers hold `data`, `took` and `requestId`; errors `message` in place of data."""

    kinds = ("opsgenie",)
    actions: ClassVar[Mapping[str, str]] = {}
    _began = 0.0

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._began = monotonic()
        super().initial(request, *args, **kwargs)

    def get_exception_handler(self) -> Callable[..., Response]:
        return self._refused

    def _refused(self, error: Exception, context: Mapping[str, Any]) -> Response:
        answer = problem(error, context)
        told = answer.data
        answer.data = {"message": told["detail"], **self._request()}
        if told.get("errors"):
            answer.data["errors"] = {e["field"]: e["message"] for e in told["errors"]}
        answer.content_type = "application/json"
        return answer

    def _request(self) -> dict[str, Any]:
        took = monotonic() - self._began if self._began else 0.0
        return {"took": round(took, 3), "requestId": str(uuid.uuid4())}

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        told = response.data if isinstance(response.data, dict) else {}
        response["X-Request-ID"] = str(told.get("requestId", ""))
        response["X-Response-Time"] = str(told.get("took", ""))
        response["X-RateLimit-State"] = "THROTTLED" if response.status_code == 429 else "OK"
        return super().finalize_response(request, response, *args, **kwargs)

    def told(self, data: Any, **more: Any) -> Response:
        return Response({"data": data, **more, **self._request()})

    def sent(self) -> QuerySet[Alert]:
        """Alerts of this protocol that whoever asks may see, without those its sender deleted."""
        rows = self.alerts().filter(integration__kind__in=self.kinds)
        return rows.exclude(handling__has_key="deleted_at")

    def alert(self, identifier: str) -> Alert:
        """The newest alert that the identifier of the address names."""
        kind = self.request.query_params.get("identifierType") or "id"
        if kind not in opsgenie.IDENTIFIER_TYPES:
            raise Invalid(
                "Identifier type should be one of [id, alias, tiny].", field="identifierType"
            )
        found = self.sent().filter(**_named(identifier, kind)).order_by("-pk").first()
        if found is None:
            raise NotFound(f"Alert with {kind} [{identifier}] does not exist")
        return found


def _named(identifier: str, kind: str) -> dict[str, Any]:
    number = opsgenie_ids.number_in(identifier) if kind == "id" else None
    if kind == "tiny":
        is_number = identifier.isascii() and identifier.isdecimal() and len(identifier) < 19
        number = int(identifier) if is_number else 0
    return {"fingerprint": key(identifier)} if number is None else {"pk": number}


class AlertsView(OpsgenieView):
    actions = _READ

    def get(self, request: Request) -> Response:
        asked = request.query_params
        rows = self.sent().filter(alert_search.condition(asked.get("query", "")))
        offset = _number(asked, "offset", default=0, most=FURTHEST)
        limit = _number(asked, "limit", default=DEFAULT, most=MOST)
        found = list(rows.order_by(*_order(asked))[offset : offset + limit + 1])
        paging = _paging(request, offset, limit, is_more=len(found) > limit)
        return self.told([shapes.listed(alert) for alert in found[:limit]], paging=paging)


def _number(asked: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    text = asked.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise Invalid(f"{name} should be a number from 0 to {most}.", field=name)
    return min(int(text), most)


def _order(asked: Mapping[str, str]) -> tuple[str, str]:
    name, order = asked.get("sort") or "createdAt", asked.get("order") or "desc"
    column = _SORTED_BY.get(name.lower())
    if column is None or order not in {"asc", "desc"}:
        known = ", ".join(_SORTED_BY)
        raise Invalid(
            f"Alerts can be sorted by {known}, asc or desc.", field="order" if column else "sort"
        )
    sign = "-" if order == "desc" else ""
    return f"{sign}{column}", f"{sign}pk"


def _paging(request: Request, offset: int, limit: int, *, is_more: bool) -> dict[str, str]:
    def at(place: int) -> str:
        asked = request.query_params.copy()
        asked["offset"], asked["limit"] = str(place), str(limit)
        return f"{request.build_absolute_uri(request.path)}?{asked.urlencode()}"

    pages = {"first": at(0)}
    if offset:
        pages["prev"] = at(max(0, offset - limit))
    if is_more:
        pages["next"] = at(offset + limit)
    return pages


class CountView(OpsgenieView):
    actions = _READ

    def get(self, request: Request) -> Response:
        wanted = alert_search.condition(request.query_params.get("query", ""))
        return self.told({"count": self.sent().filter(wanted).count()})


class AlertView(OpsgenieView):
    actions = _READ

    def get(self, request: Request, identifier: str) -> Response:  # noqa: ARG002
        return self.told(shapes.whole(self.alert(identifier)))


class NotesView(OpsgenieView):
    actions = _READ

    def get(self, request: Request, identifier: str) -> Response:  # noqa: ARG002
        return self.told(shapes.notes(self.alert(identifier)), paging={})


class LogsView(OpsgenieView):
    actions = _READ

    def get(self, request: Request, identifier: str) -> Response:  # noqa: ARG002
        return self.told(shapes.logs(self.alert(identifier)), paging={})


class RequestView(OpsgenieView):
    """What became of a request; a request that waits is not found yet, as with Opsgenie. The
    engine takes a moment, which is waited for: its own clients do not ask twice after a 404."""

    actions = _READ

    def get(self, request: Request, request_id: str) -> Response:  # noqa: ARG002
        signal, until = self._signal(request_id), monotonic() + SECONDS_TO_WAIT
        while signal is not None and signal.state == SignalState.PENDING and monotonic() < until:
            sleep(0.05)
            signal = self._signal(request_id)
        if signal is None or signal.state == SignalState.PENDING:
            raise NotFound("Request not found. It might not be processed, yet.")
        return self.told(shapes.request_status(signal, self._alert_of(signal)))

    def _signal(self, request_id: str) -> Signal | None:
        try:
            named = uuid.UUID(request_id)
        except ValueError:
            return None
        rows = Signal.objects.filter(delivery_id=named, adapter="opsgenie")
        if self.integration is not None:
            rows = rows.filter(integration=self.integration)
        return rows.first()

    def _alert_of(self, signal: Signal) -> Alert | None:
        """The alert it was about, where it may be seen."""
        told = signal.outcome[0] if signal.outcome else {}
        rows = self.alerts().filter(integration=signal.integration_id)
        if "alert" in told:
            return rows.filter(pk=told["alert"]).first()
        name = str(told.get("fingerprint") or "")
        return rows.filter(fingerprint=name).order_by("-pk").first() if name else None
