// The keyboard: Ctrl/⌘ K, ? and every [data-keys="g i"] on the page.
import { openDeclare } from "./declare.js";
import { openPalette } from "./palette.js";

const PATIENCE = 1000;
const mac = /Mac|iPhone|iPad/.test(navigator.platform);
let typed = "";
let timer = 0;

function busy(event) {
  const { target } = event;
  const writing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  return writing || document.querySelector("dialog[open]") !== null;
}

function single(key) {
  if (key === "?") document.getElementById("keys-dialog").showModal();
  else if (key === "c") openDeclare();
  else if (key === "m") document.querySelector("#composer textarea")?.focus();
  else return false;
  return true;
}

function press(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || busy(event)) return;
  clearTimeout(timer);
  timer = setTimeout(() => (typed = ""), PATIENCE);
  if (typed === "" && single(event.key)) {
    event.preventDefault();
    return;
  }
  typed = `${typed} ${event.key}`.trim();
  const keys = [...document.querySelectorAll("[data-keys]")];
  const match = keys.find((element) => element.dataset.keys === typed);
  if (match) {
    event.preventDefault();
    typed = "";
    window.location.assign(match.href);
  } else if (!keys.some((element) => element.dataset.keys.startsWith(`${typed} `))) {
    typed = "";
  }
}

document.addEventListener("keydown", press);
if (mac) {
  for (const hint of document.querySelectorAll("[data-mod-key]")) hint.textContent = "⌘ K";
}
