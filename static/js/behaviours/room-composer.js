// Writing: Enter sends, Shift+Enter breaks the line, / lists the commands, ↑ edits the last message.
import { commands } from "./room-commands.js";
import { log } from "./room-log.js";
import { outbox } from "./room-outbox.js";
import { people } from "./room-people.js";

const form = document.getElementById("composer");
const TYPING_EVERY = 3000;
const touch = matchMedia("(pointer: coarse)");
let typedAt = 0;

export function compose(socket) {
  if (!form) return null;
  const field = form.querySelector("textarea");
  const saved = form.querySelector("[data-saved]");
  const list = commands(field);

  function keep() {
    saved.textContent = field.value && outbox.keepDraft(field.value) ? "Saved on this device" : "";
    if (!field.value) outbox.keepDraft("");
  }

  function send(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    const item = outbox.add(text);
    field.value = "";
    list.close();
    keep();
    log.pending(item);
    people.act(socket);
    socket.send({ type: "post", client_id: item.id, body: text });
  }

  field.addEventListener("input", () => {
    list.update();
    keep();
    if (field.value && !field.value.startsWith("/") && Date.now() - typedAt > TYPING_EVERY) {
      typedAt = Date.now();
      socket.send({ type: "typing" });
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (list.press(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey && !touch.matches) send(event);
    else if (event.key === "ArrowUp" && !field.value && log.editLast()) event.preventDefault();
  });
  field.addEventListener("blur", list.close);
  form.addEventListener("submit", send);
  form.querySelector("[data-slash]").addEventListener("click", () => {
    field.focus();
    if (!field.value) field.value = "/";
    list.update();
  });
  field.value ||= outbox.draft;
  return {
    /** What could not be sent goes back to the field, unless something else stands there by now. */
    giveBack(text) {
      if (!field.value) field.value = text;
      keep();
      field.focus();
    },
  };
}
