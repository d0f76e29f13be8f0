"""Prometheus Alertmanager, webhook version 4 (notify/webhook/webhook.go, template/template.go).

Identity is the sender's fingerprint of the label set, or our own where it is missing. `groupKey`
joins the alerts that Alertmanager has grouped. A resolved alert says with `startsAt` which episode
is over, so that a late notice about an earlier one closes nothing. Where the whole body is replaced
by a custom payload, the integration's own mapping reads it.
"""

from typing import Any

from incidents.kernel.options import Options
from incidents.pipeline.signal import Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet, mapping, v4

_EXAMPLE = """{
  "version": "4",
  "status": "firing",
  "groupKey": "{}:{alertname=\\"FirstAlert\\"}",
  "alerts": [
    {
      "status": "firing",
      "labels": {"alertname": "FirstAlert", "severity": "warning", "service": "checkout"},
      "annotations": {"summary": "Our first alert"}
    }
  ]
}"""


_SETUP = """receivers:
  - name: incidents
    webhook_configs:
      - url: {url}
        send_resolved: true
route:
  receiver: incidents"""


def read(body: Any, options: Options) -> list[Signal]:
    if mapping.is_told(options) and not v4.is_spoken(body):
        return mapping.read(body, options)
    return v4.read(body, _signal)


def _signal(alert: v4.Member) -> Signal:
    return v4.signal(alert)


ADAPTERS.add("alertmanager")(
    Adapter(
        label="Prometheus Alertmanager",
        path="/hooks/alertmanager/{key}",
        read_with=read,
        example=_EXAMPLE,
        fields=mapping.FIELDS,
        snippets=(Snippet("alertmanager.yml", _SETUP),),
    )
)
