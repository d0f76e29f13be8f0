// Writing: Enter sends, Shift+Enter breaks the line, / lists the commands, @ the people,
// ↑ edits the last message.
import { commands } from "./room-commands.js";
import { tray } from "./room-files.js";
import { line } from "./room-line.js";
import { log } from "./room-log.js";
import { mentions } from "./room-mentions.js";
import { optimism } from "./room-optimism.js";
import { outbox } from "./room-outbox.js";
import { people } from "./room-people.js";

const form = document.getElementById("composer");
const TYPING_EVERY = 3000;
const touch = matchMedia("(pointer: coarse)");
let typedAt = 0;

function tellOfTyping(field) {
  if (!field.value || field.value.startsWith("/") || Date.now() - typedAt < TYPING_EVERY) return;
  typedAt = Date.now();
  line.whisper({ type: "typing" });
}

/**
 * Make a field of a form one to say things with. `send` gets the text; `lists` are what completes
 * while it is typed, `up` is what ↑ does in an empty field. `isLoaded`: there is something to send
 * beside the text.
 */
export function writer(formOf, { send, lists, up = () => false, onInput = () => {}, isLoaded = () => false }) {
  const field = formOf.querySelector("textarea");

  function submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (!text && !isLoaded()) return;
    field.value = "";
    lists.forEach((list) => list.close());
    onInput();
    people.act();
    send(text);
  }

  field.addEventListener("input", () => {
    lists.forEach((list) => list.update());
    onInput();
    tellOfTyping(field);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (lists.some((list) => list.press(event))) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey && !touch.matches) submit(event);
    else if (event.key === "ArrowUp" && !field.value && up()) event.preventDefault();
  });
  formOf.addEventListener("submit", submit);
  return field;
}

/** The composer of the room; null for who may only read. */
export function compose() {
  if (!form) return null;
  const saved = form.querySelector("[data-saved]");
  const slash = commands(form.querySelector("textarea"));
  const names = mentions(form.querySelector("textarea"), document.getElementById("mentions"));

  function keep() {
    saved.textContent = field.value && outbox.keepDraft(field.value) ? "Saved on this device" : "";
    if (!field.value) outbox.keepDraft("");
  }

  const field = writer(form, {
    lists: [slash, names],
    up: () => log.editLast(),
    onInput: keep,
    isLoaded: () => files.isLoaded,
    send(text) {
      if (files.isLoaded) return files.send(text);
      optimism.show(line.send({ type: "post", body: text }));
      log.toEnd();
    },
  });
  form.querySelector("[data-slash]").addEventListener("click", () => {
    field.focus();
    if (!field.value) field.value = "/";
    slash.update();
  });
  field.value ||= outbox.draft;

  /** What could not be sent goes back to the field, unless something else stands there by now. */
  function giveBack(text) {
    if (!field.value) field.value = text;
    keep();
    field.focus();
  }

  const files = tray({ field, giveBack, onSent: () => log.toEnd() });
  return { giveBack, heard: files.heard };
}
