// The log of the room: rows in the order of their numbers, what is new, and where the reader is.
import { editRow } from "./room-edit.js";
import { optimism } from "./room-optimism.js";
import { people } from "./room-people.js";
import { clone, dressAll, fromHtml, redraw } from "./room-rows.js";
import { unread } from "./room-unread.js";

const room = document.querySelector("[data-room]");
const rows = document.getElementById("log");
const box = rows.closest(".log");
const unseen = document.getElementById("unseen");
const messageCount = document.getElementById("message-count");
const me = room.dataset.me;
const NEAR_END = 48;
// Facts that came while the newest rows are not on the page.
let held = [];
let missed = 0;

const rowOf = (seq) => document.getElementById(`m-${seq}`);
// The page was opened at an earlier message: what follows is not all here yet.
const isCut = () => Boolean(document.getElementById("newer"));
// The box is laid out from its end: 0 is the newest row, above it is negative.
const atEnd = () => box.scrollTop > -NEAR_END && !isCut();
const newest = () => Number([...rows.querySelectorAll("[data-seq]")].at(-1)?.dataset.seq ?? 0);

function seen() {
  if (document.hidden || !atEnd()) return;
  missed = 0;
  if (unseen) unseen.hidden = true;
  unread.upTo(newest());
}

function toEnd() {
  box.scrollTop = 0;
  seen();
}

function notice(row, { isMessage }) {
  if (!document.hidden && atEnd()) return seen();
  if (missed === 0 && row) unread.markBefore(row);
  missed += 1;
  if (isMessage) unread.more();
  if (!unseen) return;
  unseen.hidden = false;
  unseen.querySelector("[data-count]").textContent = missed === 1 ? "1 new" : `${missed} new`;
}

/** Rows stand in the order of their numbers, whatever comes first; pending ones come last. */
function place(row, seq) {
  let before = rows.lastElementChild;
  while (before && !(Number(before.dataset.seq) < seq)) before = before.previousElementSibling;
  const stays = !atEnd();
  const height = box.scrollHeight;
  if (before) before.after(row);
  else rows.prepend(row);
  if (stays) box.scrollTop -= box.scrollHeight - height;
}

function addRow(fact) {
  const isMessage = fact.kind === "chat.posted";
  if (isCut()) {
    held.push(fact);
    if (fact.actor.handle !== me) notice(null, { isMessage });
    return;
  }
  const row = fromHtml(fact.html);
  if (isMessage) row.dataset.body = fact.data.body;
  rows.querySelector(".log-empty")?.remove();
  place(row, fact.seq);
  if (fact.actor.handle === me) seen();
  else notice(row, { isMessage });
}

function count(change) {
  messageCount.textContent = Math.max(0, Number(messageCount.textContent) + change);
}

function posted(fact) {
  people.stop(fact.actor.name);
  count(1);
  if (fact.root) redraw(fact.thread, fact.root);
  if (fact.room && !rowOf(fact.seq)) addRow(fact);
}

function changed(fact) {
  if (fact.kind === "chat.deleted") {
    count(-1);
    if (fact.root) redraw(fact.thread, fact.root);
  }
  redraw(fact.row, fact.html, fact.data.body);
  optimism.again(fact.row);
}

/** The rest of the log has been fetched: what came meanwhile goes behind it. */
function release() {
  if (isCut()) return;
  const waiting = held;
  held = [];
  for (const fact of waiting) if (!rowOf(fact.seq)) place(fromHtml(fact.html), fact.seq);
  seen();
}

export const log = {
  toEnd,
  add(fact) {
    if (fact.kind === "chat.posted") posted(fact);
    else if (fact.row) changed(fact);
    else if (!rowOf(fact.seq)) addRow(fact);
  },
  /** An answer for us alone. */
  reply(text) {
    const row = clone("reply");
    row.querySelector("[data-text]").textContent = text;
    row.dataset.seq = newest() + 0.25;
    rows.append(row);
    toEnd();
  },
  editLast() {
    const mine = [...rows.querySelectorAll(".msg.mine[data-seq]:not(.deleted)")].at(-1);
    if (mine) editRow(mine);
    return Boolean(mine);
  },
  start() {
    dressAll(rows);
    box.addEventListener("scroll", seen, { passive: true });
    document.addEventListener("visibilitychange", seen);
    document.addEventListener("htmx:afterSettle", () => held.length && release());
    unseen?.addEventListener("click", () => (isCut() ? location.assign(location.pathname) : toEnd()));
    seen();
  },
};
