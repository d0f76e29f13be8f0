// Writing: Enter sends, Shift+Enter breaks the line, / lists the commands, ↑ edits the last message.
import { log } from "./room-log.js";
import { outbox } from "./room-outbox.js";
import { people } from "./room-people.js";

const form = document.getElementById("composer");
const TYPING_EVERY = 3000;
const touch = matchMedia("(pointer: coarse)");
let typedAt = 0;

function completion(field) {
  const menu = document.getElementById("commands");
  const options = [...menu.querySelectorAll("[role=option]")];
  let chosen = -1;

  const shown = () => options.filter((option) => !option.hidden);

  function choose(index) {
    const list = shown();
    chosen = list.length && index >= 0 ? (index + list.length) % list.length : -1;
    options.forEach((option) => option.setAttribute("aria-selected", String(option === list[chosen])));
    if (list[chosen]) {
      field.setAttribute("aria-activedescendant", list[chosen].id);
      list[chosen].scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  function close() {
    menu.hidden = true;
    choose(-1);
  }

  function take(option) {
    field.value = `/${option.dataset.name} `;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  menu.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });

  return {
    close,
    /** While the name is typed list what fits; after it keep showing what the command takes. */
    update() {
      const typed = /^\/([a-z]*)(\s?)/i.exec(field.value);
      if (!typed) return close();
      const [, name, after] = typed;
      for (const option of options) {
        const fits = option.dataset.name.startsWith(name.toLowerCase());
        option.hidden = after ? option.dataset.name !== name.toLowerCase() : !fits;
      }
      menu.hidden = shown().length === 0;
      choose(after || menu.hidden ? -1 : 0);
    },
    /** True when the key was for the list. */
    press(event) {
      if (menu.hidden || chosen < 0) return false;
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen - 1 + shown().length);
      else if (event.key === "Escape") close();
      else if (event.key === "Tab" || (event.key === "Enter" && !isWhole(shown()[chosen]))) take(shown()[chosen]);
      else return false;
      return true;
    },
  };

  function isWhole(option) {
    return field.value === `/${option.dataset.name}`;
  }
}

export function compose(socket) {
  if (!form) return null;
  const field = form.querySelector("textarea");
  const saved = form.querySelector("[data-saved]");
  const list = completion(field);

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
