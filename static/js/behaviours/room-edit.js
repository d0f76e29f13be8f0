// Editing a message of one's own, where it stands. The fact that comes back redraws the row.
import { line } from "./room-line.js";
import { optimism } from "./room-optimism.js";

const template = document.getElementById("message-edit");

/** Put a small form in place of what was said. */
export function editRow(row) {
  if (!template || row.querySelector("form")) return;
  const said = row.querySelector(".said");
  const form = template.content.firstElementChild.cloneNode(true);
  const field = form.querySelector("textarea");
  field.value = row.dataset.body ?? said.innerText;

  function leave() {
    form.remove();
    said.hidden = false;
    document.querySelector("#composer textarea")?.focus();
  }

  function save(event) {
    event.preventDefault();
    const body = field.value.trim();
    if (!body) return;
    leave();
    if (body !== row.dataset.body) {
      optimism.show(line.send({ type: "edit", seq: Number(row.dataset.seq), body }));
    }
  }

  form.addEventListener("submit", save);
  form.querySelector("[data-cancel]").addEventListener("click", leave);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) save(event);
  });
  said.hidden = true;
  said.after(form);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}
