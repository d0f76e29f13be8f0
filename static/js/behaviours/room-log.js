// The log: rows of facts and messages, what is pending, and where the reader is.
import { editRow } from "./room-edit.js";
import { outbox } from "./room-outbox.js";
import { people } from "./room-people.js";

const room = document.querySelector("[data-room]");
const rows = document.getElementById("log");
const box = rows.closest(".log");
const unseen = document.getElementById("unseen");
const messageCount = document.getElementById("message-count");
const me = room.dataset.me;
const MENTION = /(^|[\s(])@([\w.-]*\w)/g;
const NEAR_END = 48;
const SAME_BREATH = 5 * 60_000;
let missed = 0;

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
const rowOf = (seq) => document.getElementById(`m-${seq}`);
// The box is laid out from its end: 0 is the newest row, above it is negative.
const atEnd = () => box.scrollTop > -NEAR_END;

function fromHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

/** Put names that are called into a span, and mark the row if one is ours. */
function markMentions(row) {
  const said = row.querySelector(".said");
  const texts = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const { currentNode: node } = texts;
    if (!node.parentElement.closest("code, a, .mention") && node.data.includes("@")) found.push(node);
  }
  for (const node of found) {
    const parts = [];
    let end = 0;
    for (const match of node.data.matchAll(MENTION)) {
      const start = match.index + match[1].length;
      const name = document.createElement("span");
      name.className = "mention";
      name.textContent = `@${match[2]}`;
      parts.push(node.data.slice(end, start), name);
      end = start + name.textContent.length;
      if (match[2].toLowerCase() === me.toLowerCase()) row.classList.add("to-me");
    }
    if (parts.length) node.replaceWith(...parts, node.data.slice(end));
  }
}

const timeOf = (row) => Date.parse(row.querySelector("time")?.dateTime ?? "");

/** What depends on who reads and on the row before. */
function dress(row) {
  if (!row.matches?.(".msg[data-author]")) return;
  if (row.dataset.author === me) {
    row.classList.add("mine");
    row.querySelector(".ava")?.classList.add("you");
  }
  if (!row.dataset.dressed) markMentions(row);
  row.dataset.dressed = "yes";
  const before = row.previousElementSibling;
  const same = before?.dataset.author === row.dataset.author && timeOf(row) - timeOf(before) < SAME_BREATH;
  row.classList.toggle("grouped", Boolean(same));
}

function seen() {
  missed = 0;
  if (unseen) unseen.hidden = true;
}

function toEnd() {
  box.scrollTop = 0;
  seen();
}

function notice(row) {
  if (!document.hidden && atEnd()) return;
  if (missed === 0) {
    rows.querySelector(".unread")?.remove();
    const mark = clone("unread-mark");
    mark.dataset.seq = Number(row.dataset.seq) - 0.5;
    row.before(mark);
  }
  missed += 1;
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

const newest = () => Number([...rows.querySelectorAll("[data-seq]")].at(-1)?.dataset.seq ?? 0);

function pendingOf(id) {
  return id ? rows.querySelector(`[data-pending="${CSS.escape(id)}"]`) : null;
}

function addPending({ id, text }) {
  const row = clone("message-pending");
  row.dataset.pending = id;
  row.querySelector("[data-text]").textContent = text;
  rows.querySelector(".log-empty")?.remove();
  rows.append(row);
}

function addRow(fact) {
  const row = fromHtml(fact.html);
  if (fact.kind === "chat.posted") {
    row.dataset.body = fact.data.body;
    messageCount.textContent = Number(messageCount.textContent) + 1;
    people.stop(fact.actor.name);
  }
  rows.querySelector(".log-empty")?.remove();
  if (fact.actor.handle === me) {
    const twin = outbox.waiting.find(({ text }) => text === fact.data.body);
    pendingOf(twin?.id)?.remove();
  }
  place(row, fact.seq);
  if (fact.actor.handle !== me) notice(row);
}

function edited(fact) {
  const old = rowOf(fact.data.edited_seq);
  if (!old) return;
  const row = fromHtml(fact.html);
  row.dataset.body = fact.data.body;
  old.replaceWith(row);
}

export const log = {
  toEnd,
  add(fact) {
    if (fact.kind === "chat.edited") edited(fact);
    else if (!rowOf(fact.seq)) addRow(fact);
  },
  pending(item) {
    addPending(item);
    toEnd();
  },
  dropPending(id) {
    pendingOf(id)?.remove();
  },
  /** The server has it; a message's own row may still be on its way. */
  settle(id, seq) {
    const row = pendingOf(id);
    if (!row) return;
    if (rowOf(seq) || row.querySelector("[data-text]").textContent.startsWith("/")) row.remove();
    else row.querySelector("[data-pending-word]").textContent = "sent";
    row.dataset.settled = seq;
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
    const mine = [...rows.querySelectorAll(".msg.mine[data-seq]")].at(-1);
    if (mine) editRow(mine, this.socket);
    return Boolean(mine);
  },
  start(socket) {
    this.socket = socket;
    rows.querySelectorAll(".msg").forEach(dress);
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const row of addedNodes) {
          dress(row);
          if (row.nextElementSibling) dress(row.nextElementSibling);
          const settled = row.dataset?.seq && rows.querySelector(`[data-settled="${row.dataset.seq}"]`);
          settled?.remove();
        }
      }
    }).observe(rows, { childList: true });
    rows.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-edit]");
      if (button) editRow(button.closest(".msg"), socket);
    });
    box.addEventListener("scroll", () => !document.hidden && atEnd() && seen());
    document.addEventListener("visibilitychange", () => !document.hidden && atEnd() && seen());
    unseen?.addEventListener("click", toEnd);
    outbox.waiting.forEach(addPending);
  },
};
