// Completing @handles: people here first, then everybody who may read this room.
import { listbox } from "./room-listbox.js";

const room = document.querySelector("[data-room]");
const MOST = 8;
const TYPED = /(^|[\s(])@([\w.+-]*)$/;
let known = null;

/** Fetched once, when the first @ is typed; asked again as long as there is no answer. */
function everybody() {
  known ??= fetch(`/incidents/${room.dataset.ref}/mentionable`, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
    .then(({ people }) => people)
    .catch(() => {
      known = null;
      return [];
    });
  return known;
}

const here = () => new Set([...document.querySelectorAll("#people [data-handle]")].map((row) => row.dataset.handle));

function fits({ handle, name }, typed) {
  const words = name.toLowerCase().split(/\s+/);
  return handle.toLowerCase().startsWith(typed) || words.some((word) => word.startsWith(typed));
}

function option({ handle, name }, index, menu) {
  const row = document.createElement("li");
  row.setAttribute("role", "option");
  row.id = `${menu.id}-${index}`;
  row.dataset.handle = handle;
  const strong = document.createElement("b");
  strong.textContent = `@${handle}`;
  const meta = document.createElement("span");
  meta.className = "meta";
  meta.textContent = name;
  row.append(strong, meta);
  return row;
}

/** For a field and the listbox over it; answers update, press and close. */
export function mentions(field, menu) {
  const list = listbox(field, menu, {
    take({ dataset: { handle } }) {
      const upTo = field.value.slice(0, field.selectionStart).replace(TYPED, `$1@${handle} `);
      const rest = field.value.slice(field.selectionStart);
      field.value = upTo + rest;
      field.setSelectionRange(upTo.length, upTo.length);
      field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });

  return {
    ...list,
    async update() {
      const typed = TYPED.exec(field.value.slice(0, field.selectionStart))?.[2].toLowerCase();
      if (typed === undefined) return list.close();
      const people = await everybody();
      if (TYPED.exec(field.value.slice(0, field.selectionStart))?.[2].toLowerCase() !== typed) return;
      const present = here();
      const found = people.filter((person) => person.handle !== room.dataset.me && fits(person, typed));
      found.sort((a, b) => present.has(b.handle) - present.has(a.handle));
      menu.replaceChildren(...found.slice(0, MOST).map((person, index) => option(person, index, menu)));
      list.open();
    },
  };
}
