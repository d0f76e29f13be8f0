// Rows of the log: finding them, drawing them, and what in them depends on who reads.

const room = document.querySelector("[data-room]");
const me = room.dataset.me;
const SAME_BREATH = 5 * 60_000;
const MENTION = /(?<![\w@./+-])@(\w[\w.+-]*)/g;

export const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

export function fromHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

/** A message may stand in the room and in the panel of its thread. */
export const rowsOf = (seq) =>
  ["m", "r"].map((place) => document.getElementById(`${place}-${seq}`)).filter(Boolean);

/** Draw a message anew wherever it stands. Returns its row in the room. */
export function redraw(seq, html, body) {
  for (const old of rowsOf(seq)) {
    const row = fromHtml(html);
    row.id = old.id;
    if (body !== undefined) row.dataset.body = body;
    old.replaceWith(row);
  }
  return document.getElementById(`m-${seq}`);
}

function called(word, mentions) {
  const name = word.toLowerCase();
  return [name, name.replace(/[.+-]+$/, "")].find((handle) => mentions.has(handle));
}

function split(node, mentions, row) {
  const parts = [];
  let end = 0;
  for (const match of node.data.matchAll(MENTION)) {
    const handle = called(match[1], mentions);
    if (!handle) continue;
    const name = document.createElement("span");
    name.className = "mention";
    name.textContent = node.data.slice(match.index, match.index + 1 + handle.length);
    parts.push(node.data.slice(end, match.index), name);
    end = match.index + 1 + handle.length;
    if (handle === me.toLowerCase()) row.classList.add("to-me");
  }
  if (parts.length) node.replaceWith(...parts, node.data.slice(end));
}

/** Put the names of people that are called into a span, and mark the row if one is ours. */
function markMentions(row) {
  const mentions = new Set((row.dataset.mentions ?? "").toLowerCase().split(" ").filter(Boolean));
  const said = row.querySelector(".said");
  if (!said || mentions.size === 0) return;
  const texts = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const { currentNode: node } = texts;
    if (node.data.includes("@") && !node.parentElement.closest("code, a, .mention")) found.push(node);
  }
  found.forEach((node) => split(node, mentions, row));
}

const timeOf = (row) => Date.parse(row.querySelector("time")?.dateTime ?? "");
const stands = (row) => row.querySelector('.by [data-panel-link], .in-thread') || row.matches(".deleted");

function group(row) {
  const before = row.previousElementSibling;
  const same = before?.dataset.author === row.dataset.author && timeOf(row) - timeOf(before) < SAME_BREATH;
  row.classList.toggle("grouped", Boolean(same) && !stands(row));
}

/** What depends on who reads and on the row before. */
export function dress(row) {
  if (!row.matches?.(".msg[data-author]")) return;
  if (row.dataset.author === me) {
    row.classList.add("mine");
    row.querySelector(".ava")?.classList.add("you");
  }
  if (!row.dataset.dressed) markMentions(row);
  row.dataset.dressed = "yes";
  for (const chip of row.querySelectorAll(".reaction")) {
    const given = chip.dataset.handles.split(" ").includes(me);
    chip.setAttribute("aria-pressed", String(given));
  }
  group(row);
}

/** Dress what is in a list of rows, and whatever comes into it. */
export function dressAll(list, onRow = () => {}) {
  list.querySelectorAll(".msg").forEach(dress);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const row of addedNodes) {
        dress(row);
        if (row.nextElementSibling) dress(row.nextElementSibling);
        onRow(row);
      }
    }
  }).observe(list, { childList: true });
}
