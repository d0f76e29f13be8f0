"""Grafana OnCall's formatted webhook (grafana.com/docs/oncall, "Formatted webhook").

All fields are optional: alert_uid, title, image_url, state (ok or alerting),
link_to_upstream_details, message. Alerts with one alert_uid are one; ok resolves it.
"""

from typing import Any

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet, mapping

_EXAMPLE = """{
  "alert_uid": "08d6891a-835c-e661-39fa-96b6a9e26552",
  "title": "Our first alert",
  "state": "alerting",
  "message": "Sent by hand"
}"""
_OTHERS = """Formatted webhook:  {url}
Alertmanager:       {site}/integrations/v1/alertmanager/{key}/
Webhook, any JSON:  {site}/integrations/v1/webhook/{key}/ (with a mapping)"""


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("the body must be a JSON object")
    title = plain(body.get("title"), 1024)
    image = payload.link(body.get("image_url"))
    over = plain(body.get("state"), 20).lower() in {"ok", "resolved"}
    return [
        Signal(
            action="resolve" if over else "fire",
            fingerprint=key(body.get("alert_uid")) or fingerprint("title", title),
            title=title or "Alert without a title",
            description=plain(body.get("message"), 15_000),
            severity=plain(body.get("severity"), 40),
            service=plain(body.get("service"), 120),
            link=payload.link(body.get("link_to_upstream_details")),
            annotations={"image_url": image} if image else {},
        )
    ]


ADAPTERS.add("oncall")(
    Adapter(
        label="Grafana OnCall",
        path="/integrations/v1/formatted_webhook/{key}/",
        read=read,
        example=_EXAMPLE,
        fields=mapping.FIELDS,
        snippets=(Snippet("The addresses OnCall has, with our host and this key", _OTHERS),),
    )
)
