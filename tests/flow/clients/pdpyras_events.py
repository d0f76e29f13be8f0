"""The package `pdpyras`, told nothing but where to send: a life of an alert, and a change."""

import json
import sys
import warnings

warnings.simplefilter("ignore")
from pdpyras import ChangeEventsAPISession, EventsAPISession  # noqa: E402

url, key = sys.argv[1:]
session = EventsAPISession(key)
session.url = url
given = session.trigger("Old client: disk full", "db-1", severity="error")
session.acknowledge(given)
session.resolve(given)
changes = ChangeEventsAPISession(key)
changes.url = url
changes.submit("Release 8 of the shop", "ci")
print(json.dumps({"given": given}))
