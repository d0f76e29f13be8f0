"""The screens of the status page: in the console, and for customers."""

from typing import Final

from tests.browser.stop import ALWAYS, ONCE, Stop

STATUS: Final = (
    Stop("status-console", "/status-page", worlds=ALWAYS),
    Stop("status-copies", "/status-page/main/copies", by="admin", worlds=ONCE),
    Stop("status-copy-new", "/status-page/main/copies?add=s3", by="admin", worlds=ONCE),
    Stop("status-panel", "/incidents/{ref}/status-panel"),
    Stop("status-update-edit", "/incidents/{ref}/status-updates/{update}", worlds=ONCE),
    Stop("status-pages", "/status-page/pages"),
    Stop("status-page-new", "/status-page/new", by="admin", worlds=ONCE),
    Stop("status-waiting", "/status-page/waiting", worlds=ALWAYS),
    Stop("status-texts", "/status-page/texts", worlds=("fresh", "typical")),
    Stop("status-text-new", "/status-page/texts/new", by="admin", worlds=ONCE),
    Stop("status-text", "/status-page/texts/{text_id}", by="admin", worlds=ONCE),
    Stop("status-works", "/status-page/main/maintenance", worlds=ALWAYS),
    Stop("status-work-new", "/status-page/main/maintenance/new"),
    Stop("status-work", "/status-page/main/maintenance/{work}"),
    Stop("status-work-edit", "/status-page/main/maintenance/{work}/edit", worlds=ONCE),
    Stop("status-list", "/status-page/main/list", by="admin", worlds=ALWAYS),
    Stop("status-component", "/status-page/main/list/components/{component_id}", by="admin"),
    Stop("status-component-new", "/status-page/main/list/components/new", by="admin", worlds=ONCE),
    Stop("status-group", "/status-page/main/list/groups/{group_id}", by="admin", worlds=ONCE),
    Stop("status-group-new", "/status-page/main/list/groups/new", by="admin", worlds=ONCE),
    Stop("status-look", "/status-page/main/look", by="admin", worlds=ONCE),
    Stop("status-settings", "/status-page/main/settings", by="admin", worlds=ONCE),
    Stop("public", "/status", by="", worlds=ALWAYS),
    Stop("public-incident", "/status/incidents/{public}", by=""),
    Stop("public-history", "/status/history", by="", worlds=ALWAYS),
    Stop("public-subscribe", "/status/main/subscribe", by=""),
    Stop("public-asked", "/status/main/subscribe?sent=email", by="", worlds=ONCE),
    Stop("public-confirm", "/status/main/subscribe/confirm/{reader}", by="", worlds=ONCE),
    Stop("public-manage", "/status/main/manage/{reader}", by=""),
    Stop("public-unsubscribe", "/status/main/unsubscribe/{reader}", by="", worlds=ONCE),
    Stop("public-confirm-lost", "/status/main/subscribe/confirm/x", by="", status=404, worlds=ONCE),
    Stop("public-manage-lost", "/status/main/manage/x", by="", status=404, worlds=ONCE),
    Stop("public-unsubscribe-lost", "/status/main/unsubscribe/x", by="", status=404, worlds=ONCE),
    Stop("public-year", "/status/history/{year}", by="", worlds=ONCE),
    Stop("public-work", "/status/maintenance/{work}", by=""),
    Stop("subscribers", "/status-page/main/subscribers", by="admin", worlds=ALWAYS),
    Stop("subscriber", "/status-page/main/subscribers/{subscriber}", by="admin"),
    Stop(
        "subscriber-nowhere", "/status-page/main/subscribers/0", by="admin", status=404, worlds=ONCE
    ),
    Stop("public-enter-nowhere", "/status/nowhere/enter", by="", status=404, worlds=ONCE),
    Stop("public-nowhere", "/status/nowhere", by="", status=404, worlds=ONCE),
)

# Addresses of the spoke that are no page, and why.
NO_STATUS_PAGES: Final[dict[str, str]] = {
    "statuspage:subscriber_export": "a file",
    "statuspage:picture": "a picture; tests/statuspage/test_settings.py looks at it",
    "statuspage:preview": "the public page as it would be, which is walked as itself",
}
# Something for each parameter of its addresses that no other page has.
ANY_STATUS: Final[dict[str, object]] = {
    **dict.fromkeys(("update", "text_id", "component_id", "group_id", "planned", "series_id"), 1),
    "work": "some",
    "reader": "some",
    "year": 2026,
    "subscriber": 1,
}
