"""A screen: who opens it, where, and what they do there first."""

from collections.abc import Callable
from dataclasses import dataclass
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
