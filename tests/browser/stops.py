"""Every screen of the product: who opens it, where, and what they do there first."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final

from playwright.sync_api import FilePayload, Page

from tests.browser import attached

Deed = Callable[[Page], object]
ALWAYS: Final = ("fresh", "typical", "overfull")
ONCE: Final = ("typical",)


@dataclass(frozen=True)
class Stop:
    """`by` is a handle, or empty for somebody who is not signed in. `foreign` is markup of others.

    `worlds` are the data it is looked at with: some say something else when there is nothing yet,
    some look the same whatever there is.
    """

    name: str
    path: str
    by: str = "cara"
    status: int = 200
    deed: Deed | None = None
    foreign: bool = False
    worlds: tuple[str, ...] = ("typical", "overfull")

    @property
    def is_public(self) -> bool:
        return f"{self.path}/".startswith("/status/")


def key(name: str) -> Deed:
    return lambda page: page.keyboard.press(name)


def send(button: str, **fields: str) -> Deed:
    """Fill the form that has this button, and press it."""

    def deed(page: Page) -> None:
        pressed = page.get_by_role("button", name=button, exact=True)
        form = page.locator("form").filter(has=pressed)
        for name, value in fields.items():
            form.locator(f"[name={name}]").fill(value)
        with page.expect_navigation():
            pressed.click()

    return deed


def declare_nothing(page: Page) -> None:
    page.locator("main").get_by_role("button", name="Declare", exact=True).click()
    page.get_by_text("This field is required").wait_for()


def declare_over_the_board(page: Page) -> None:
    page.keyboard.press("c")
    page.locator("#declare-dialog form.fields").wait_for()


def open_message_menu(page: Page) -> None:
    page.locator("#log .msg:not(.gone) [data-more]").last.click()
    page.locator("#message-menu").wait_for()


def open_thread(page: Page) -> None:
    page.locator("#log .thread").first.click()
    page.locator("#chat-panel textarea").wait_for()


def attach(page: Page) -> None:
    log = FilePayload(name="a-log-with-quite-a-long-name.log", mimeType="", buffer=b"text")
    graph = FilePayload(name="graph.png", mimeType="image/png", buffer=attached.graph())
    page.locator("[data-attach-input]").set_input_files([log, graph])
    page.locator("[data-tray] canvas:not([hidden])").wait_for()


CONSOLE: Final = (
    Stop("board", "/", worlds=ALWAYS),
    Stop("board-palette", "/", deed=key("Control+k"), worlds=ONCE),
    Stop("board-keys", "/", deed=key("?"), worlds=ONCE),
    Stop("board-declare", "/", deed=declare_over_the_board, worlds=ONCE),
    Stop("incidents", "/incidents", worlds=ALWAYS),
    Stop("incidents-filtered", "/incidents?state=open&q=search", worlds=ONCE),
    Stop("incidents-none", "/incidents?q=nowhere", worlds=ONCE),
    Stop("declare", "/declare"),
    Stop("declare-refused", "/declare", deed=declare_nothing, status=422, worlds=ONCE),
    Stop("alerts", "/alerts", worlds=ALWAYS),
    Stop("alerts-filtered", "/alerts?state=resolved&severity=P0", worlds=ONCE),
    Stop("alerts-suppressed", "/alerts?state=suppressed", worlds=ALWAYS),
    Stop("alerts-all", "/alerts?state=all"),
    Stop("alerts-open-group", "/alerts?open={group}", worlds=("overfull",)),
    Stop("alerts-refused", "/alerts?labels=env%3D~%22(%22", status=422, worlds=ONCE),
    Stop("alert", "/alerts/{alert}"),
    Stop("alert-held", "/alerts/{held}", worlds=ONCE),
    Stop("trace", "/alerts/trace/{delivery_id}", worlds=ONCE),
    Stop("signals", "/signals", worlds=ALWAYS),
    Stop("signals-none", "/signals?state=rejected&until=2020-01-01T00:00", worlds=ONCE),
    Stop("signal", "/signals/{signal}"),
    Stop("signal-misread", "/signals/{misread}", by="admin", worlds=ONCE),
    Stop("account", "/account", worlds=ONCE),
    Stop("notices-none", "/notices", by="admin", worlds=("fresh",)),
    Stop("notices", "/notices", by="dora"),
    Stop(
        "account-refused", "/account", deed=send("Save", password="short"), status=422, worlds=ONCE
    ),
)
ROOM: Final = (
    Stop("room", "/incidents/{ref}"),
    *(
        Stop(f"room-{tab}", f"/incidents/{{ref}}?tab={tab}")
        for tab in (
            *("timeline", "tasks", "alerts", "runbooks"),
            *("document", "updates", "postmortem", "files", "recording"),
        )
    ),
    Stop("recording", "/incidents/{ref}/recording"),
    Stop("recording-key", "/incidents/{ref}/recording", deed=key("End"), worlds=ONCE),
    Stop("recording-over", "/incidents/{over}/recording", by="olga", worlds=ONCE),
    Stop("document", "/incidents/{ref}/document", worlds=ONCE),
    Stop("document-read", "/incidents/{ref}/document?view=read", worlds=ONCE),
    Stop("document-observed", "/incidents/{ref}/document", by="olga", worlds=ONCE),
    Stop("document-quiet", "/incidents/{quiet}?tab=document", worlds=ONCE),
    Stop("document-history", "/incidents/{ref}/document/versions", worlds=ONCE),
    Stop("document-version", "/incidents/{ref}/document/versions/1", worlds=ONCE),
    Stop(
        "room-menu",
        "/incidents/{ref}",
        deed=lambda page: page.get_by_title("More actions").click(),
        worlds=ONCE,
    ),
    Stop("room-access", "/incidents/{ref}/access"),
    Stop("room-handover", "/incidents/{ref}/handover"),
    Stop("room-stages", "/incidents/{ref}/stages"),
    Stop("room-catch-up", "/incidents/{ref}/catch-up"),
    Stop("room-asked", "/incidents/{ref}", by="dora"),
    Stop("room-tasks-page", "/incidents/{ref}/tasks", worlds=ONCE),
    Stop("room-known", "/incidents/{ref}/known", worlds=ONCE),
    Stop("room-task", "/incidents/{ref}/tasks/1", worlds=ONCE),
    Stop("room-hypothesis", "/incidents/{ref}/hypotheses/1", worlds=ONCE),
    Stop("room-quiet-tasks", "/incidents/{quiet}?tab=tasks", worlds=ONCE),
    Stop("my-tasks", "/tasks?who=all", worlds=ALWAYS),
    Stop("room-files", "/incidents/{ref}?tab=files"),
    Stop("room-attaching", "/incidents/{ref}", deed=attach, worlds=ONCE),
    Stop("files", "/incidents/{ref}/files"),
    Stop("files-first", "/incidents/{quiet}/files", worlds=ONCE),
    Stop("files-none", "/incidents/{ref}/files?q=nowhere", worlds=ONCE),
    Stop("files-observed", "/incidents/{ref}/files", by="olga", worlds=ONCE),
    Stop("room-observed", "/incidents/{ref}", by="olga", worlds=ONCE),
    Stop("merge", "/incidents/merge?ref={ref}&ref={quiet}"),
    Stop("merge-one", "/incidents/merge?ref={ref}&q=checkout", worlds=ONCE),
    Stop(
        "split-refused",
        "/incidents/{ref}/split",
        deed=send("Split off", title="Something else"),
        status=422,
        worlds=ONCE,
    ),
    Stop("split", "/incidents/{ref}/split"),
    Stop("room-merged", "/incidents/{merged}", worlds=ONCE),
    Stop("room-message", "/incidents/{ref}/messages/{seq}"),
    Stop("room-search", "/incidents/{ref}/search?q=pool"),
    Stop("room-message-menu", "/incidents/{ref}?message={seq}", deed=open_message_menu),
    Stop("room-thread", "/incidents/{ref}?message={seq}", deed=open_thread),
    Stop("room-quiet", "/incidents/{quiet}", worlds=ONCE),
    Stop("room-quiet-runbooks", "/incidents/{quiet}?tab=runbooks", worlds=ONCE),
    Stop("room-over", "/incidents/{over}?tab=postmortem"),
)
RUNBOOKS: Final = (
    Stop("runbooks", "/runbooks"),
    Stop("runbooks-none", "/runbooks?q=nowhere", worlds=ONCE),
    Stop("runbook", "/runbooks/{slug}"),
    Stop("runbook-history", "/runbooks/{slug}/history"),
    Stop("runbook-panel", "/runbooks/incident/{ref}", worlds=ONCE),
    Stop("runbook-recommended", "/runbooks/incident/{ref}/recommended", worlds=ONCE),
    Stop("run", "/runbooks/runs/{run}"),
)
POSTMORTEMS: Final = (
    Stop("post-mortems", "/post-mortems", worlds=ALWAYS),
    Stop("post-mortem", "/post-mortems/{over}"),
    Stop("post-mortem-none", "/post-mortems/{ref}", worlds=ONCE),
    Stop("post-mortem-section", "/post-mortems/{over}/sections/{section}"),
    Stop("post-mortem-panel", "/post-mortems/{over}/panel", worlds=ONCE),
    Stop("action-items", "/action-items", worlds=ALWAYS),
    Stop("action-item", "/action-items/{item}"),
    Stop("action-item-new", "/post-mortems/{over}/action-items", worlds=ONCE),
)
DETECTION: Final = (
    Stop("detection", "/detection", worlds=ALWAYS),
    Stop("detection-none", "/detection?q=nowhere", worlds=ONCE),
    Stop("rule", "/detection/rules/{rule}", by="admin"),
    Stop("rule-observed", "/detection/rules/{rule}", by="olga", worlds=ONCE),
    Stop("rule-new", "/detection/rules/new?kind=burn_rate", by="admin", worlds=ONCE),
    Stop("rule-edit", "/detection/rules/{rule}/edit", by="admin"),
    Stop("source-new", "/detection/sources/new?kind=kubernetes", by="admin", worlds=ONCE),
    Stop("source", "/detection/sources/{source}", by="admin"),
)
HEARTBEATS: Final = (
    Stop("heartbeats", "/heartbeats"),
    Stop("heartbeats-first", "/heartbeats", by="admin", worlds=("fresh",)),
    Stop("heartbeats-none", "/heartbeats?q=nowhere", worlds=ONCE),
    Stop("heartbeat", "/heartbeats/{beat}", by="admin"),
    Stop("heartbeat-down", "/heartbeats/{beat_down}", worlds=ONCE),
    Stop("heartbeat-waiting", "/heartbeats/{beat_new}", by="admin", worlds=ONCE),
    Stop("heartbeat-new", "/heartbeats/new", by="admin", worlds=ONCE),
    Stop(
        "heartbeat-refused",
        "/heartbeats/new",
        by="admin",
        deed=send("Save", name="Backup", interval="0"),
        status=422,
        worlds=ONCE,
    ),
    Stop("heartbeat-edit", "/heartbeats/{beat}/edit", by="admin"),
)
QUIET: Final = (
    Stop("silences", "/silences", worlds=ALWAYS),
    Stop("silences-observed", "/silences", by="olga", worlds=ONCE),
    Stop("silence", "/silences/{silence_id}"),
    Stop("silence-new", "/silences/new", worlds=ONCE),
    Stop("silence-of-alert", "/silences/new?alert={alert}"),
    Stop(
        "silence-looked-at",
        "/silences/new",
        deed=send("Preview", matchers="service=checkout"),
        worlds=ONCE,
    ),
    Stop(
        "silence-refused",
        "/silences/new",
        deed=send("Silence", matchers="x", comment="y"),
        status=422,
        worlds=ONCE,
    ),
    Stop("silence-edit", "/silences/{silence_id}/edit", worlds=ONCE),
    Stop("muted-alert", "/alerts/{muted}", worlds=ONCE),
    Stop("maintenance", "/maintenance", worlds=ALWAYS),
    Stop("window", "/maintenance/{window}", worlds=ONCE),
    Stop("window-new", "/maintenance/new", worlds=ONCE),
    Stop("window-edit", "/maintenance/{window}/edit", worlds=ONCE),
    Stop("grouping", "/settings/grouping", by="admin", worlds=ALWAYS),
    Stop("grouping-observed", "/settings/grouping", by="olga", worlds=ONCE),
    Stop("policy-new", "/settings/grouping/policies/new", by="admin", worlds=ONCE),
    Stop("policy", "/settings/grouping/policies/{policy}", by="admin", worlds=ONCE),
    Stop("inhibition-new", "/settings/grouping/inhibitions/new", by="admin", worlds=ONCE),
    Stop("inhibition", "/settings/grouping/inhibitions/{inhibition}", by="admin", worlds=ONCE),
)
SETTINGS: Final = (
    Stop("welcome", "/welcome", by="admin", worlds=("fresh", "typical")),
    Stop("welcome-commands", "/welcome", by="admin", deed=send("Make the commands"), worlds=ONCE),
    Stop(
        "welcome-invited",
        "/welcome",
        by="admin",
        deed=send("Invite", name="Ana", handle="ana"),
        worlds=ONCE,
    ),
    Stop("integrations", "/settings/integrations", by="admin", worlds=ALWAYS),
    Stop(
        "integrations-told-once",
        "/settings/integrations",
        by="admin",
        deed=send("Connect", name="Grafana"),
        worlds=ONCE,
    ),
    Stop("integration", "/settings/integrations/{alertmanager.pk}", by="admin"),
    Stop("integration-mapping", "/settings/integrations/{alertmanager.pk}/mapping", by="admin"),
    *(
        Stop(f"routing{name}", f"/settings/routing{path}", by="admin", worlds=worlds)
        for name, path, worlds in (
            ("", "", ALWAYS),
            ("-live", "/versions/{routing_live}", ("typical", "overfull")),
            ("-shadow", "/versions/{routing_shadow}", ONCE),
            ("-draft", "/versions/{routing_draft}", ("typical", "overfull")),
            ("-rule-new", "/draft/rules", ONCE),
            ("-rule", "/draft/rules/{routing_rule}", ("typical", "overfull")),
            ("-try", "/versions/{routing_live}/try?alert={alert}", ("typical", "overfull")),
        )
    ),
    Stop("routing-observed", "/settings/routing/versions/{routing_live}", by="dora", worlds=ONCE),
    Stop(
        "routing-refused",
        "/settings/routing/draft/rules",
        by="admin",
        deed=send("Keep in the draft", name="Never", labels="nonsense"),
        status=422,
        worlds=ONCE,
    ),
    Stop("bridge", "/settings/bridge", by="admin", worlds=("fresh", "typical")),
    Stop("bridge-zoom", "/settings/bridge?provider=zoom", by="admin", worlds=ONCE),
    Stop("fields", "/settings/fields", by="admin", worlds=("fresh", "typical")),
    Stop("keys", "/settings/keys", by="admin", worlds=ALWAYS),
    Stop(
        "keys-told-once",
        "/settings/keys",
        by="admin",
        deed=send("Make the key", name="Bot"),
        worlds=ONCE,
    ),
    Stop("api-docs", "/api/docs", foreign=True, worlds=ONCE),
)
STATUS: Final = (
    Stop("status-console", "/status-page", worlds=ALWAYS),
    Stop("status-panel", "/incidents/{ref}/status-panel", worlds=ONCE),
    Stop("public", "/status", by="", worlds=ALWAYS),
    Stop("public-incident", "/status/incidents/{public}", by=""),
    Stop("public-history", "/status/history", by="", worlds=ALWAYS),
    Stop("public-nowhere", "/status/nowhere", by="", status=404, worlds=ONCE),
)
ENTRANCE: Final = (
    Stop("sign-in", "/sign-in", by="", worlds=ONCE),
    Stop(
        "sign-in-refused",
        "/sign-in",
        by="",
        deed=send("Sign in", username="cara", password="wrong"),
        status=422,
        worlds=ONCE,
    ),
    Stop("link", "/sign-in/{token}", by="", worlds=ONCE),
    Stop("link-used", "/sign-in/unknown", by="", deed=send("Sign in"), status=410, worlds=ONCE),
    Stop("forbidden", "/settings/keys", by="olga", status=403, worlds=ONCE),
    Stop("not-found", "/nowhere", status=404, worlds=ONCE),
    Stop("no-incident", "/incidents/INC-999999", status=404, worlds=ONCE),
)
ADMIN: Final = (
    Stop("admin-entrance", "/admin/", by="", worlds=ONCE),
    Stop("admin-index", "/admin/", by="admin", foreign=True, worlds=ONCE),
    *(
        Stop(f"admin-{name}", path, by="admin", foreign=True)
        for name, path in (
            ("incidents", "/admin/incidents/incident/"),
            ("users", "/admin/incidents/user/"),
            ("runbook", "/admin/runbooks/runbook/{runbook}/change/"),
        )
    ),
)

STOPS: Final = (
    *(*CONSOLE, *ROOM, *RUNBOOKS, *POSTMORTEMS, *DETECTION, *HEARTBEATS, *QUIET),
    *(*SETTINGS, *STATUS, *ENTRANCE, *ADMIN),
)
# Addresses that answer with no page: why nobody walks them.
NO_PAGES: Final = {
    "web:board_open": "part of the board",
    "web:board_figures": "part of the board",
    "web:board_alerts": "part of the board",
    "web:board_feed": "part of the board",
    "web:search": "JSON for the palette",
    "web:bell": "part of the top bar",
    "web:first_alert": "part of the welcome page",
    "web:alert_signals": "part of the page of an alert",
    "warroom:head": "part of the room",
    "warroom:rail": "part of the room",
    "warroom:items": "part of the room",
    "warroom:commands": "JSON for the composer",
    "warroom:complete": "JSON for the composer",
    "warroom:preview": "JSON for the composer",
    "warroom:document_markdown": "a file; tests/warroom opens it",
    "warroom:recording_rows": "part of the recording",
    "warroom:recording_scene": "part of the recording",
    "warroom:recording_paper": "part of the recording",
    "warroom:transcript": "a file; tests/warroom/test_transcript.py opens it",
    "web:field": "the form of the list of fields, filled in",
    "warroom:bridge": "the room of a video service, or back to the incident",
    "warroom:file": "a file; tests/warroom/test_files.py opens it",
    "warroom:file_preview": "a picture in the room",
    "warroom:find": "part of the room",
    "warroom:versions": "part of the room; the page of the message shows them",
    "warroom:mentionable": "JSON for the completion of @handles",
    "web:integration_arrival": "part of the page of an integration",
    "web:noise_notices": "part of the board and of the alerts",
    "web:heartbeat_live": "part of the page of a heartbeat",
    "web:heartbeat_preview": "part of the form of a heartbeat",
    "postmortems:export": "a file; tests/postmortems opens it",
}
# Something for each parameter, to ask the resolver what an address is.
ANYTHING: Final = {
    **dict.fromkeys(("ref", "quiet", "over", "merged"), "INC-1"),
    **dict.fromkeys(("pk", "alert", "item", "run", "runbook", "step", "seq", "rule", "source"), 1),
    "view": 1,
    "version": 1,
    **dict.fromkeys(("signal", "misread", "held", "group", "link"), 1),
    **dict.fromkeys(("slug", "section", "token", "public", "kind"), "some"),
    **dict.fromkeys(("task", "hypothesis", "offer"), 1),
    **dict.fromkeys(("muted", "window", "policy", "inhibition"), 1),
    "silence_id": "0198c0de-0000-7000-8000-000000000000",
    **dict.fromkeys(("heartbeat", "beat", "beat_down", "beat_new"), "some"),
    **dict.fromkeys(("routing_live", "routing_shadow", "routing_draft", "number"), 1),
    **dict.fromkeys(("routing_rule", "key"), "3f9c01ab"),
    "alertmanager": SimpleNamespace(pk=1),
    "file": "0198c0de-0000-7000-8000-000000000000",
    "delivery_id": "0198c0de-0000-7000-8000-000000000000",
}
