"""Zabbix, a media type of type webhook (zabbix.com/documentation, "Webhook").

Zabbix sends what the script of the media type sends: ours posts its parameters as JSON. The id of
the problem event is the identity; its recovery carries the same id.
"""

from collections.abc import Mapping
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.text import key, plain
from incidents.pipeline.signal import Action, Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet

# Zabbix's own words that no severity table knows.
_SEVERITIES: Final = {"not classified": "info", "information": "info"}

_PARAMETERS = """url                  {url}
event_id             {EVENT.ID}
event_value          {EVENT.VALUE}
event_update_status  {EVENT.UPDATE.STATUS}
event_update_action  {EVENT.UPDATE.ACTION}
name                 {EVENT.NAME}
severity             {EVENT.SEVERITY}
opdata               {EVENT.OPDATA}
tags                 {EVENT.TAGSJSON}
host                 {HOST.NAME}
host_ip              {HOST.IP}
trigger_id           {TRIGGER.ID}
trigger_description  {TRIGGER.DESCRIPTION}
trigger_url          {TRIGGER.URL}"""
_SCRIPT = """var params = JSON.parse(value), url = params.url, request = new HttpRequest();
delete params.url;
request.addHeader('Content-Type: application/json');
var answer = request.post(url, JSON.stringify(params));
if (request.getStatus() !== 202) {
  throw 'Incident platform answered ' + request.getStatus() + ': ' + answer;
}
return 'OK';"""
_EXAMPLE = """{
  "event_id": "1001", "event_value": "1", "event_update_status": "0",
  "name": "Our first alert", "severity": "Warning", "host": "db-1",
  "tags": "[{\\"tag\\": \\"service\\", \\"value\\": \\"checkout\\"}]"
}"""


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("the body must be an object, as the script of the media type posts it")
    number = plain(_filled(body, "event_id"), 100)
    name = plain(_filled(body, "name"), 1024)
    if not number:
        raise Malformed("event_id is missing: set it to {EVENT.ID} in the media type's parameters")
    action = _action(body)
    if not name and action == "fire":
        raise Malformed("name is missing: set it to {EVENT.NAME} in the media type's parameters")
    tags = _tags(body.get("tags"))
    severity = plain(_filled(body, "severity"), 40)
    return [
        Signal(
            action=action,
            fingerprint=key(f"event:{number}"),
            title=name,
            description=plain(_filled(body, "trigger_description"), 15_000),
            severity=_SEVERITIES.get(severity.lower(), severity),
            service=tags.get("service", ""),
            value=plain(_filled(body, "opdata"), 60),
            link=payload.link(body.get("trigger_url")),
            labels=payload.labels(
                {
                    **tags,
                    "host": _filled(body, "host"),
                    "host_ip": _filled(body, "host_ip"),
                    "trigger_id": _filled(body, "trigger_id"),
                }
            ),
        )
    ]


def _action(body: Mapping[str, Any]) -> Action:
    if plain(body.get("event_value"), 4) == "0":
        return "resolve"
    updated = plain(body.get("event_update_status"), 4) == "1"
    done = plain(body.get("event_update_action"), 200).lower()
    return "acknowledge" if updated and "acknowledged" in done.split() else "fire"


def _filled(body: Mapping[str, Any], name: str) -> Any:
    """A macro that Zabbix cannot fill stays as it is, or becomes *UNKNOWN*."""
    value = body.get(name)
    empty = isinstance(value, str) and (value == "*UNKNOWN*" or value[:1] + value[-1:] == "{}")
    return "" if empty else value


def _tags(value: object) -> dict[str, str]:
    """{EVENT.TAGSJSON}: a list of {tag, value} as JSON within a string, or the list itself."""
    if isinstance(value, str):
        try:
            value = payload.read(value.encode("utf-8", "replace"))
        except payload.Unreadable:
            return {}
    tags = [tag for tag in payload.items(value)[:64] if isinstance(tag, dict)]
    return payload.labels({plain(tag.get("tag"), 128): tag.get("value") or "yes" for tag in tags})


ADAPTERS.add("zabbix")(
    Adapter(
        label="Zabbix",
        path="/hooks/zabbix/{key}",
        read=read,
        example=_EXAMPLE,
        names_itself=True,
        snippets=(
            Snippet("Alerts → Media types → Create, type webhook: its parameters", _PARAMETERS),
            Snippet("Its script", _SCRIPT),
        ),
    )
)
