"""Grafana alerting, webhook contact point (grafana.com/docs, "Configure the webhook notifier").

The body of Alertmanager's version 4 with `state`, `title`, `message` and, per alert, `values`,
`valueString`, `dashboardURL`, `panelURL`, `silenceURL` and `imageURL`. Messages may be signed; the
door checks that.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.errors import Invalid
from incidents.kernel.options import Option
from incidents.kernel.text import plain
from incidents.pipeline.signal import Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet, v4

SIGNATURE_HEADER: Final = "X-Grafana-Alerting-Signature"
_LINKS: Final = ("panelURL", "dashboardURL", "generatorURL")
_NOTES: Final = ("dashboardURL", "panelURL", "silenceURL", "imageURL", "valueString")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,80}")

_EXAMPLE = """{
  "version": "1",
  "status": "firing",
  "state": "alerting",
  "alerts": [
    {
      "status": "firing",
      "labels": {"alertname": "FirstAlert", "grafana_folder": "Try-out"},
      "annotations": {"summary": "Our first alert"}
    }
  ]
}"""
_SETUP = """Integration:  Webhook
URL:          {url}
HTTP method:  POST
HMAC secret:  the secret of this integration, if you have given it one"""
_PROVISIONING = """apiVersion: 1
contactPoints:
  - name: incidents
    receivers:
      - uid: incidents
        type: webhook
        settings:
          url: {url}
          httpMethod: POST"""


def read(body: Any) -> list[Signal]:
    return v4.read(body, _signal)


def _signal(member: v4.Member) -> Signal:
    made = v4.signal(member)
    link = next(filter(None, (payload.link(member.alert.get(name)) for name in _LINKS)), made.link)
    told = {name: member.alert[name] for name in _NOTES if member.alert.get(name)}
    return replace(
        made,
        link=link,
        value=made.value or _value(payload.mapping(member.alert.get("values"))),
        annotations={**made.annotations, **payload.tidy(told)},
    )


def _value(values: Mapping[str, Any]) -> str:
    """`A=1.5, B=3`, as far as it fits."""
    pairs = [f"{plain(name, 20)}={plain(value, 20)}" for name, value in list(values.items())[:5]]
    return ", ".join(pairs)[:60]


def _header_name(text: str) -> str:
    if not _HEADER.fullmatch(text):
        raise Invalid(f"{text!r} is no name of a header.", "Use letters, digits and hyphens.")
    return text


ADAPTERS.add("grafana")(
    Adapter(
        label="Grafana",
        path="/hooks/grafana/{key}",
        read=read,
        example=_EXAMPLE,
        signed="HMAC secret",
        fields=(
            Option(
                "signature_header",
                "Header of the signature",
                help="Only where you have renamed it in Grafana.",
                placeholder=SIGNATURE_HEADER,
                check=_header_name,
            ),
            Option(
                "timestamp_header",
                "Header of the time",
                help="As in Grafana's “Timestamp header”: old messages cannot be sent again then.",
                placeholder="X-Grafana-Alerting-Timestamp",
                check=_header_name,
            ),
        ),
        snippets=(
            Snippet("Alerting → Contact points → Add", _SETUP),
            Snippet("Or provisioned, contact-points.yml", _PROVISIONING),
        ),
    )
)
