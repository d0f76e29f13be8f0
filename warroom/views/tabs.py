"""The tabs of the room, in the order they stand in. A tab is drawn here or, by its address, by
whichever app has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Tab:
    """`panel` names the address of a part drawn elsewhere, `template` is one of our own."""

    code: str
    word: str
    panel: str = ""
    template: str = ""

    def address(self, incident: Incident) -> str:
        return reverse(self.panel, kwargs={"ref": incident.reference}) if self.panel else ""


TABS: Final = (
    Tab("overview", "Overview", template="warroom/_overview.html"),
    Tab("timeline", "Timeline", template="warroom/_timeline.html"),
    Tab("runbooks", "Runbooks", panel="runbooks:panel"),
    Tab("tasks", "Tasks", panel="warroom:tasks"),
    Tab("document", "Document", panel="warroom:document"),
    Tab("files", "Files", panel="warroom:files"),
    Tab("alerts", "Alerts", template="warroom/_alerts.html"),
    Tab("recording", "Recording", panel="warroom:recording"),
    Tab("updates", "Updates", panel="statuspage:panel"),
    Tab("postmortem", "Post-mortem", panel="postmortems:panel"),
)
_BY_CODE: Final = {tab.code: tab for tab in TABS}


def asked(code: str) -> Tab:
    """The tab of this code; the first one when there is none."""
    return _BY_CODE.get(code, TABS[0])


def context(
    tab: Tab, incident: Incident, counts: Mapping[str, int], *, asked: str = ""
) -> dict[str, Any]:
    """What `warroom/_tab.html` needs; `counts` by the code of a tab, `asked` for its panel."""
    return {
        "tab": tab.code,
        "shown": tab,
        "panel": tab.address(incident) + (f"?{asked}" if asked else ""),
        "tabs": [(each, counts.get(each.code, 0)) for each in TABS],
    }
