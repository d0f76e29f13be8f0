// What was done shows at once, before the server has answered; a refusal takes it back.
import { outbox } from "./room-outbox.js";
import { clone, fromHtml, rowsOf } from "./room-rows.js";

const room = document.querySelector("[data-room]");
const me = room.dataset.me;
// How the rows were before, by the id of what was sent.
const before = new Map();

const pendingRows = (id) =>
  id ? document.querySelectorAll(`[data-pending="${CSS.escape(id)}"]`) : [];

function pendingFile(name) {
  const row = clone("pending-file");
  row.querySelector("[data-name]").textContent = name;
  return row;
}

function pendingRow({ id, message }) {
  const row = clone("message-pending");
  row.dataset.pending = id;
  row.querySelector("[data-text]").textContent = message.body;
  row.querySelector(".said").hidden = !message.body;
  row.querySelector("[data-pending-files]").replaceChildren(...(message.files ?? []).map(pendingFile));
  return row;
}

function listsFor({ thread, also_in_room: both }) {
  const inRoom = document.getElementById("log");
  if (!thread) return [inRoom];
  const inThread = document.querySelector(`[data-thread-of="${thread}"] [data-thread-log]`);
  return [both && inRoom, inThread].filter(Boolean);
}

function showPost(item) {
  for (const list of listsFor(item.message)) {
    if (list.querySelector(`[data-pending="${CSS.escape(item.id)}"]`)) continue;
    list.querySelector(".log-empty")?.remove();
    list.append(pendingRow(item));
  }
}

function chipOf(row, emoji) {
  const found = [...row.querySelectorAll(".reaction")].find((chip) => chip.value === emoji);
  if (found) return found;
  const chip = clone("reaction");
  const button = chip.querySelector("button");
  button.value = emoji;
  button.querySelector("[data-emoji]").textContent = emoji;
  button.setAttribute("formaction", `/incidents/${room.dataset.ref}/messages/${row.dataset.seq}/react`);
  let list = row.querySelector(".reactions");
  if (!list) {
    list = document.createElement("ul");
    list.className = "reactions";
    row.querySelector(".said").after(list);
  }
  list.append(chip);
  return button;
}

function showReaction(row, { type, emoji }) {
  const chip = chipOf(row, emoji);
  const handles = new Set(chip.dataset.handles.split(" ").filter(Boolean));
  if (type === "react") handles.add(me);
  else handles.delete(me);
  chip.dataset.handles = [...handles].join(" ");
  chip.setAttribute("aria-pressed", String(type === "react"));
  chip.querySelector(".n").textContent = handles.size;
  if (handles.size === 0) chip.closest("li").remove();
}

function showEdit(row, { body }) {
  const said = row.querySelector(".said");
  const text = document.createElement("p");
  text.className = "plain";
  text.textContent = body;
  said.replaceChildren(text);
  row.classList.add("pending");
}

const SHOW = {
  react: showReaction,
  unreact: showReaction,
  edit: showEdit,
  delete: (row) => row.classList.add("pending"),
};

export const optimism = {
  /** Show what was sent as if it were done. */
  show(item) {
    if (item.message.type === "post") return showPost(item);
    const rows = rowsOf(item.message.seq);
    if (!before.has(item.id)) before.set(item.id, rows.map((row) => [row.id, row.outerHTML]));
    rows.forEach((row) => SHOW[item.message.type]?.(row, item.message));
  },
  /** A row was drawn anew: what still waits for an answer shows in it again. */
  again(seq) {
    for (const item of outbox.waiting) {
      if (item.message.seq === seq) this.show(item);
    }
  },
  /** The server has it: its fact, where there is one, draws the rest. */
  settle(id, seq) {
    before.delete(id);
    for (const row of pendingRows(id)) {
      const isCommand = row.querySelector("[data-text]").textContent.startsWith("/");
      if (isCommand || rowsOf(seq).some((other) => other.parentElement === row.parentElement)) row.remove();
      else row.querySelector("[data-pending-word]").textContent = "sent";
    }
  },
  /** Its fact has come, or it was refused. */
  drop(id) {
    pendingRows(id).forEach((row) => row.remove());
    before.delete(id);
  },
  undo(id) {
    for (const [row, html] of before.get(id) ?? []) {
      document.getElementById(row)?.replaceWith(fromHtml(html));
    }
    this.drop(id);
  },
};
