"""The package `pagerduty`, told nothing but where to send: a life of an alert, and a change."""

import json
import sys

from pagerduty import EventsApiV2Client

url, key = sys.argv[1:]
client = EventsApiV2Client(key, base_url=url)
given = client.trigger(
    "Disk full on db-1", "db-1", severity="error", custom_details={"free": "2 %"}
)
client.trigger("Queue is stuck", "mq-1", dedup_key="queue", severity="critical")
client.acknowledge("queue")
client.resolve(given)
client.send_change_event(payload={"summary": "Release 7 of the shop", "source": "ci"})
print(json.dumps({"given": given}))
