// The panel over the chat: a thread, earlier versions of a message, or the search.
import { post } from "./http.js";
import { line } from "./room-line.js";
import { writer } from "./room-composer.js";
import { show } from "./room-jump.js";
import { mentions } from "./room-mentions.js";
import { optimism } from "./room-optimism.js";
import { outbox } from "./room-outbox.js";
import { dressAll, fromHtml } from "./room-rows.js";

const room = document.querySelector("[data-room]");
const panel = document.getElementById("chat-panel");
// By then the engine has made the notice of what calls the reader.
const NOTICED_AFTER = 3000;
let opener = null;

const thread = () => panel.querySelector("[data-thread-of]");
const listOf = (section) => section.querySelector("[data-thread-log]");

function toEnd(section) {
  const box = section.querySelector(".side-log");
  box.scrollTop = box.scrollHeight;
}

function close() {
  if (panel.hidden) return;
  panel.replaceChildren();
  panel.hidden = true;
  room.removeAttribute("data-panel-open");
  (opener?.isConnected ? opener : document.querySelector("#composer textarea"))?.focus();
  opener = null;
}

function reply(section, text) {
  const form = section.querySelector("[data-reply]");
  const both = form.elements.also_in_room.checked;
  const root = Number(section.dataset.threadOf);
  form.elements.also_in_room.checked = false;
  optimism.show(line.send({ type: "post", body: text, thread: root, also_in_room: both }));
  toEnd(section);
}

/** What called the reader in this thread is seen. */
function tellRead({ dataset: { threadOf } }) {
  post(`/incidents/${room.dataset.ref}/read`, { thread: threadOf }).catch(() => {});
}

function startThread(section) {
  tellRead(section);
  dressAll(listOf(section));
  toEnd(section);
  for (const item of outbox.waiting) optimism.show(item);
  const form = section.querySelector("[data-reply]");
  if (!form) return;
  const lists = [mentions(form.querySelector("textarea"), form.querySelector("[data-suggestions]"))];
  writer(form, { lists, send: (text) => reply(section, text) });
}

function opened() {
  const section = thread();
  if (section) startThread(section);
  const field = panel.querySelector("[data-focus], [data-reply] textarea");
  (field ?? panel.querySelector("[data-close-panel]"))?.focus();
}

/** Fetch a part and show it over the chat. Resolves when it is there. */
async function open(url, from = null) {
  opener = from ?? opener ?? document.activeElement;
  await window.htmx.ajax("GET", url, { target: "#chat-panel", swap: "innerHTML" });
  if (!panel.firstElementChild) return;
  panel.hidden = false;
  room.setAttribute("data-panel-open", "");
  opened();
}

function add(fact) {
  const section = thread();
  if (!section || Number(section.dataset.threadOf) !== fact.thread) return;
  if (document.getElementById(`r-${fact.seq}`)) return;
  const list = listOf(section);
  const row = fromHtml(fact.html);
  row.id = `r-${fact.seq}`;
  row.dataset.body = fact.data.body;
  const before = [...list.children].findLast((other) => Number(other.dataset.seq) < fact.seq);
  if (before) before.after(row);
  else list.prepend(row);
  if (row.dataset.mentions?.split(" ").includes(room.dataset.me)) setTimeout(tellRead, NOTICED_AFTER, section);
  const count = list.querySelectorAll(".msg[data-seq]").length - 1;
  section.querySelector("[data-thread-count]").textContent = count === 1 ? "1 reply" : `${count} replies`;
  toEnd(section);
}

const messageUrl = (seq) => `/incidents/${room.dataset.ref}/messages/${seq}`;

export const side = {
  add,
  close,
  openThread: (seq, from) => open(messageUrl(seq), from),
  openVersions: (seq, from) => open(`${messageUrl(seq)}/versions`, from),
  /** The thread that a reply is in, with the reply in sight. */
  async openReply(seq) {
    await open(messageUrl(seq));
    const row = document.getElementById(`r-${seq}`);
    if (row) show(row);
  },
  /** After a loss of the connection the thread may have gone on: read it again. */
  refresh() {
    const section = thread();
    if (!section || section.querySelector("textarea")?.value) return;
    open(messageUrl(section.dataset.threadOf));
  },
  start() {
    document.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const link = event.target.closest?.("[data-panel-link]");
      if (link) {
        event.preventDefault();
        open(link.dataset.panelLink, link);
      } else if (event.target.closest?.("[data-close-panel]")) {
        close();
      }
    });
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) close();
    });
  },
};
