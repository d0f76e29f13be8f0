"""Alertmanager's API v2, but for the alerts that come in, which are the door's.

`amtool` and whoever else speaks it reads alerts here; silences are in `alertmanager_silences`.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api import alertmanager_shapes as shapes
from incidents.api.errors import problem
from incidents.api.protocols import ProtocolView
from incidents.kernel import clock, matchers, patterns
from incidents.kernel.errors import Invalid
from incidents.kernel.matchers import Matcher
from incidents.models import Alert, AlertState

_READ: Final = {"GET": "alert.read"}
MOST: Final = 5000
_FLAGS: Final = ("active", "silenced", "inhibited", "unprocessed")
_BEGAN: Final = clock.now()


class AlertmanagerView(ProtocolView):
    """Errors are JSON strings; a fault in the request is 400."""

    kinds = ("alertmanager-api", "alertmanager")
    actions: ClassVar[Mapping[str, str]] = {}

    def get_exception_handler(self) -> Callable[..., Response]:
        return _refused

    def filters(self) -> list[Matcher]:
        """What `filter=` of the address asks for, all of it."""
        return [
            matcher
            for text in self.request.query_params.getlist("filter")[: matchers.MOST]
            for matcher in matchers.parse_filter(text)
        ]

    def flag(self, name: str) -> bool:
        text = self.request.query_params.get(name, "true").lower()
        if text not in {"true", "false", "1", "0"}:
            raise Invalid(f"{name} should be true or false.", field=name)
        return text in {"true", "1"}

    def open_alerts(self) -> list[Alert]:
        """The open alerts that the address asks for, by their fingerprint."""
        wanted, flags = self.filters(), {name: self.flag(name) for name in _FLAGS}
        if not _receives(self.request.query_params.get("receiver", "")):
            return []
        rows = self.alerts().exclude(state=AlertState.RESOLVED).order_by("fingerprint", "pk")
        return [
            alert
            for alert in rows[:MOST]
            if matchers.all_match(wanted, alert.offered_labels()) and _is_wanted(alert, flags)
        ]


def _refused(error: Exception, context: Mapping[str, Any]) -> Response:
    answer = problem(error, context)
    answer.status_code = 400 if answer.status_code in {409, 422} else answer.status_code
    hint = answer.data.get("hint", "")
    answer.data = f"{answer.data['detail']} {hint}".strip()
    answer.content_type = "application/json"
    return answer


def _receives(pattern: str) -> bool:
    try:
        found = patterns.compiled(pattern[:200]).fullmatch(shapes.RECEIVER, timeout=0.05)
    except (patterns.NoPattern, TimeoutError) as error:
        raise Invalid("receiver is no regular expression.", field="receiver") from error
    return not pattern or found is not None


def _is_wanted(alert: Alert, flags: Mapping[str, bool]) -> bool:
    status = shapes.status_of(alert)
    if status["state"] == "active":
        return flags["active"]
    is_silenced, is_inhibited = bool(status["silencedBy"]), bool(status["inhibitedBy"])
    return (flags["silenced"] or not is_silenced) and (flags["inhibited"] or not is_inhibited)


class AlertsView(AlertmanagerView):
    actions = _READ

    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response([shapes.alert_as_told(alert) for alert in self.open_alerts()])


class GroupsView(AlertmanagerView):
    actions = _READ

    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response(shapes.groups(self.open_alerts()))


class ReceiversView(AlertmanagerView):
    actions = _READ

    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response([{"name": shapes.RECEIVER}])


class StatusView(AlertmanagerView):
    actions = _READ

    def get(self, request: Request) -> Response:  # noqa: ARG002
        version = dict.fromkeys(
            ("branch", "buildDate", "buildUser", "goVersion", "revision"), "none"
        )
        return Response(
            {
                "cluster": {"name": "incidents", "status": "disabled", "peers": []},
                "versionInfo": {**version, "version": "0.25.0"},
                "config": {"original": f"# Kept in the settings: {settings.SITE_URL}/settings\n"},
                "uptime": shapes.time(_BEGAN),
            }
        )
