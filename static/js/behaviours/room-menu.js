// The menu of a message: one for all, beside the one whose button was pressed. By keyboard the button
// of a message, or the menu key; by touch the button, or a long press.
import { flash } from "./flash.js";
import { editRow } from "./room-edit.js";
import { line } from "./room-line.js";
import { optimism } from "./room-optimism.js";
import { side } from "./room-panel.js";

const menu = document.getElementById("message-menu");
const picker = menu.querySelector("[data-picker]");
const LONG_PRESS = 500;
const MARGIN = 8;
let row = null;
let button = null;

const seqOf = (of) => Number(of.dataset.seq);

async function copyLink() {
  const url = new URL(row.querySelector("[data-jump]").href);
  try {
    await navigator.clipboard.writeText(url.href);
    flash("success", "Link copied.");
  } catch {
    // Without HTTPS there is no clipboard.
    flash("info", url.href);
  }
}

function react(of, emoji) {
  const chip = [...of.querySelectorAll(".reaction")].find((one) => one.value === emoji);
  const type = chip?.getAttribute("aria-pressed") === "true" ? "unreact" : "react";
  optimism.show(line.send({ type, seq: seqOf(of), emoji }));
}

function pick() {
  picker.hidden = !picker.hidden;
  place();
  if (!picker.hidden) picker.querySelector("input").focus();
}

/** Open the address of a link in the middle column, and leave the chat as it is. */
function beside({ href }) {
  window.htmx.ajax("GET", href, { target: "#tab", select: "#tab", swap: "outerHTML" });
  history.replaceState(history.state, "", href);
  document.querySelector('[data-show="details"]')?.click();
}

/** What the entries do, by their data-act. Those that are links or forms need none. */
const ACTS = {
  reply: () => side.openThread(seqOf(row), button),
  versions: () => side.openVersions(seqOf(row), button),
  copy: copyLink,
  edit: () => editRow(row),
  beside,
  react: ({ value }) => react(row, value),
  pick,
};

function shows(entry) {
  const wanted = (entry.dataset.for ?? "").split(" ").filter(Boolean);
  const has = {
    mine: row.matches(".mine"),
    edited: Boolean(row.querySelector(".by [data-panel-link]")),
  };
  if ("living" in entry.dataset && row.matches(".deleted")) return false;
  return wanted.every((word) => has[word]);
}

function prepare() {
  for (const entry of menu.querySelectorAll("[data-for], [data-living]")) entry.hidden = !shows(entry);
  for (const entry of menu.querySelectorAll("[data-address]")) {
    const address = entry.dataset.address.replaceAll("{seq}", row.dataset.seq);
    entry.setAttribute(entry.matches("form") ? "action" : "href", address);
  }
  if (picker) picker.hidden = true;
}

function place() {
  const by = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = by.bottom + height + MARGIN < innerHeight;
  const left = Math.min(by.right - width, innerWidth - width - MARGIN);
  const top = below ? by.bottom + 2 : Math.max(MARGIN, by.top - height - 2);
  // Properties set by script are no inline style of the page: the policy allows them.
  menu.style.left = `${Math.max(MARGIN, left)}px`;
  menu.style.top = `${top}px`;
}

function open(of) {
  if (of.matches("[data-pending]")) return;
  row = of;
  button = of.querySelector("[data-more]") ?? of;
  prepare();
  menu.showPopover();
  place();
  [...menu.querySelectorAll("button, a")].find((entry) => entry.offsetParent)?.focus();
}

const entries = () =>
  [...menu.querySelectorAll("button, a, input")].filter((entry) => entry.offsetParent);

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || (event.target.matches("input") && event.key !== "ArrowDown")) return;
  event.preventDefault();
  const all = entries();
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
}

function filter({ target }) {
  const typed = target.value.toLowerCase().replaceAll(":", "");
  [...picker.querySelectorAll("[data-name]")].forEach((choice, index) => {
    choice.hidden = typed ? !choice.dataset.name.includes(typed) : index >= 24;
  });
}

function pressLong() {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  document.addEventListener("pointerdown", (event) => {
    const pressed = event.pointerType === "touch" && event.target.closest?.("#chat .msg[data-seq]");
    if (!pressed || event.target.closest("a, button, form")) return;
    timer = setTimeout(() => open(pressed), LONG_PRESS);
  });
  for (const name of ["pointerup", "pointercancel", "pointermove"]) document.addEventListener(name, stop);
}

export function menus() {
  document.addEventListener("click", (event) => {
    const more = event.target.closest?.("#chat [data-more]");
    const chip = event.target.closest?.("#chat .reaction");
    if (more && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open(more.closest(".msg"));
    } else if (chip && document.getElementById("reacting")) {
      event.preventDefault();
      react(chip.closest(".msg"), chip.value);
    }
  });
  menu.addEventListener("click", (event) => {
    const entry = event.target.closest("button[data-act], a");
    if (!entry) return;
    if (entry.dataset.act === "beside") {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
    }
    if (entry.dataset.act !== "pick") menu.hidePopover();
    ACTS[entry.dataset.act]?.(entry);
  });
  // Deleting asks first (dialogs.js); then it is a deed like the others, that may wait for a connection.
  menu.addEventListener("submit", (event) => {
    menu.hidePopover();
    if (event.target.dataset.act === "send") {
      event.preventDefault();
      window.htmx.ajax("POST", event.target.action, { source: event.target, swap: "none" });
    }
    if (event.target.dataset.act !== "delete") return;
    event.preventDefault();
    optimism.show(line.send({ type: "delete", seq: seqOf(row) }));
  });
  menu.addEventListener("keydown", walk);
  picker?.querySelector("input").addEventListener("input", filter);
  picker?.querySelector("input").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    picker.querySelector("[data-name]:not([hidden])")?.click();
  });
  pressLong();
}
