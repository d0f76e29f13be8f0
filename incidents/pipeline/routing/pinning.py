"""What the rules say once more of an alert that is open.

What was decided when it opened stays, with one exception: an alert that has made no incident yet
goes on as soon as no rule suppresses it any more, and is suppressed when one does.
"""

from collections.abc import Sequence
from datetime import datetime

from incidents.models import Alert
from incidents.pipeline.routing.judging import Directed


def again(alert: Alert, directed: Directed, *, at: datetime) -> bool:
    """Bring the alert in line; whether that changed anything. Saves nothing."""
    if not alert.held or alert.incident_id is not None:
        return False
    by_rules = [told for told in alert.muted_by if told["kind"] == "routing"]
    suppressed = [told for told in by_rules if not told["until"]]
    if bool(suppressed) is directed.suppress:
        return False
    if directed.suppress:
        added = directed.muting(at)
        alert.tell(at=at, kind="routing", text=added[0]["why"])
        alert.muted_by = [told for told in alert.muted_by if told not in by_rules] + added
    else:
        alert.tell(at=at, kind="released", text=f"no longer {suppressed[0]['why']}")
        alert.muted_by = [told for told in alert.muted_by if told not in suppressed]
    alert.recheck_at = at
    return True


def save(alerts: Sequence[Alert]) -> None:
    """Keep what `again` changed. Only stored alerts are held."""
    if alerts:
        Alert.objects.bulk_update(alerts, ["muted_by", "trail"])
