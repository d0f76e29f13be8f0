"""Grafana OnCall's integration addresses: formatted webhook, Alertmanager, and any JSON."""

from incidents.door.dialect import Answer, Dialect, Inbound
from incidents.door.dialects import DIALECTS


class _OnCall(Dialect):
    def accepted(self, inbound: Inbound) -> Answer:  # noqa: ARG002  OnCall says no more
        return Answer(200, "Ok.", b"text/plain; charset=utf-8")


class Formatted(_OnCall):
    kinds = ("oncall",)
    paths = ("/integrations/v1/formatted_webhook/{key}",)


class OfAlertmanager(_OnCall):
    kinds = ("oncall", "alertmanager")
    adapter = "alertmanager"
    paths = ("/integrations/v1/alertmanager/{key}",)
    takes_nul = True  # labels of Prometheus are any UTF-8


class AnyJson(_OnCall):
    kinds = ("oncall", "generic")
    adapter = "generic"
    paths = ("/integrations/v1/webhook/{key}",)
    keeps_unread = True


DIALECTS.add("oncall")(Formatted())
DIALECTS.add("oncall-alertmanager")(OfAlertmanager())
DIALECTS.add("oncall-webhook")(AnyJson())
