// Ctrl/⌘ K: one box that searches incidents and does everything else.
import { openDeclare } from "./declare.js";
import { useTheme } from "./preferences.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
const none = dialog?.querySelector(".none");
const commands = [...(list?.children ?? [])];
const PAUSE = 120;
let search = null;
let timer = 0;

const shown = () => [...list.children].filter((option) => !option.hidden);

function mark(option) {
  for (const other of list.children) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function settle() {
  const options = shown();
  none.hidden = options.length > 0;
  mark(options[0]);
}

function narrow(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const option of commands) {
    const label = option.textContent.toLowerCase();
    option.hidden = !words.every((word) => label.includes(word));
  }
}

function found(result, index) {
  const option = document.createElement("a");
  Object.assign(option, { href: result.url, id: `palette-found-${index}`, tabIndex: -1 });
  option.setAttribute("role", "option");
  option.dataset.found = "";
  const reference = Object.assign(document.createElement("span"), { className: "ref mono", textContent: result.reference });
  const title = Object.assign(document.createElement("span"), { className: "truncate", textContent: result.title });
  const state = Object.assign(document.createElement("span"), { className: "meta", textContent: [result.severity, result.state].filter(Boolean).join(" · ") });
  option.append(reference, title, state);
  if (result.snippet?.length) option.append(snippet(result));
  return option;
}

function snippet({ author, snippet: parts }) {
  const line = Object.assign(document.createElement("span"), { className: "snippet meta" });
  if (author) line.append(`${author}: `);
  for (const [text, hit] of parts) {
    line.append(hit ? Object.assign(document.createElement("mark"), { textContent: text }) : text);
  }
  return line;
}

function show(results) {
  list.querySelectorAll("[data-found]").forEach((option) => option.remove());
  // After the commands, so that nothing moves under a finger that is about to press Enter.
  list.append(...results.map(found));
  const marked = shown().find((option) => option.getAttribute("aria-selected") === "true");
  if (marked) none.hidden = true;
  else settle();
}

async function lookUp(text) {
  search?.abort();
  if (text.length < 2) return show([]);
  search = new AbortController();
  try {
    const url = `${dialog.dataset.search}?q=${encodeURIComponent(text)}`;
    const answer = await fetch(url, { signal: search.signal, headers: { Accept: "application/json" } });
    if (answer.ok) show((await answer.json()).results ?? []);
  } catch (error) {
    if (error.name !== "AbortError") show([]);
  }
}

function act(option) {
  const action = option.dataset.action ?? "";
  dialog.close();
  if (action === "declare") openDeclare();
  else if (action === "keys") document.getElementById("keys-dialog").showModal();
  else if (action.startsWith("command:")) document.dispatchEvent(new CustomEvent("command", { detail: action.slice(8) }));
  else if (action.startsWith("theme:")) useTheme(action.slice(6));
  else window.location.assign(option.href);
}

/** Open the palette, empty. */
export function openPalette() {
  if (!dialog || dialog.open) return;
  input.value = "";
  narrow("");
  show([]);
  dialog.showModal();
  input.focus();
}

function step(event) {
  const options = shown();
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    mark(options[(to + options.length) % options.length]);
  } else if (event.key === "Enter" && options[at]) {
    event.preventDefault();
    act(options[at]);
  }
}

if (dialog) {
  input.addEventListener("keydown", step);
  input.addEventListener("input", () => {
    const text = input.value.trim();
    narrow(text);
    settle();
    clearTimeout(timer);
    timer = setTimeout(() => lookUp(text), PAUSE);
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act(option);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-palette-open]")) return;
    event.preventDefault();
    openPalette();
  });
}
