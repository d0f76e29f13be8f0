"""The screens of the status page: in the console, and for customers."""

from typing import Final

from tests.browser.stop import ALWAYS, ONCE, Stop

STATUS: Final = (
    Stop("status-console", "/status-page", worlds=ALWAYS),
    Stop("status-copies", "/status-page/main/copies", by="admin", worlds=ONCE),
    Stop("status-copy-new", "/status-page/main/copies?add=s3", by="admin", worlds=ONCE),
    Stop("status-panel", "/incidents/{ref}/status-panel", worlds=ONCE),
    Stop("public", "/status", by="", worlds=ALWAYS),
    Stop("public-incident", "/status/incidents/{public}", by=""),
    Stop("public-history", "/status/history", by="", worlds=ALWAYS),
    Stop("public-subscribe", "/status/main/subscribe", by=""),
    Stop("public-confirm-lost", "/status/main/subscribe/confirm/x", by="", status=404, worlds=ONCE),
    Stop("public-manage-lost", "/status/main/manage/x", by="", status=404, worlds=ONCE),
    Stop("public-unsubscribe-lost", "/status/main/unsubscribe/x", by="", status=404, worlds=ONCE),
    Stop("subscribers", "/status-page/main/subscribers", by="ada"),
    Stop(
        "subscriber-nowhere", "/status-page/main/subscribers/0", by="ada", status=404, worlds=ONCE
    ),
    Stop("public-enter-nowhere", "/status/nowhere/enter", by="", status=404, worlds=ONCE),
    Stop("public-nowhere", "/status/nowhere", by="", status=404, worlds=ONCE),
)

# Addresses of the spoke that are no page, and why.
NO_STATUS_PAGES: Final[dict[str, str]] = {
    "statuspage:subscriber_export": "a file",
}
# Something for each parameter of its addresses that no other page has.
ANY_STATUS: Final[dict[str, object]] = {}
