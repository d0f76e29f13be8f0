// Who is here and who types.
import { line } from "./room-line.js";

const list = document.getElementById("people");
const count = document.getElementById("people-count");
const none = document.getElementById("people-none");
const template = document.getElementById("person");
const typing = document.getElementById("typing");
const me = document.querySelector("[data-room]").dataset.me;

const AWAY_AFTER = 60_000;
const TYPES_FOR = 5000;
const typists = new Map();
let state = "watching";
let acted = false;
let timer = 0;

/** What the person does in this incident, by the list of roles, which refreshes itself. */
function roleOf(handle) {
  for (const role of document.querySelectorAll("#rail [data-handles]")) {
    if (role.dataset.handles.split(" ").includes(handle)) return role.dataset.role;
  }
  return "";
}

const initials = (name) => {
  const words = name.split(/[\s.]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => word?.[0] ?? "").join("").toUpperCase() || "?";
};

function row({ handle, name, state: is }) {
  const item = template.content.firstElementChild.cloneNode(true);
  const avatar = item.querySelector("[data-initials]");
  item.dataset.handle = handle;
  avatar.textContent = initials(name);
  avatar.dataset.here = is;
  avatar.classList.toggle("you", handle === me);
  item.querySelector("[data-name]").textContent = name;
  const does = (is !== "away" && roleOf(handle)) || is;
  item.querySelector("[data-role]").textContent = handle === me ? `you, ${is}` : does;
  return item;
}

function writeTyping() {
  const names = [...typists.keys()];
  if (!typing) return;
  if (names.length === 0) typing.textContent = "";
  else if (names.length > 3) typing.textContent = `${names.length} people are typing`;
  else typing.textContent = `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} typing`;
}

function setState(now) {
  if (now === state) return;
  state = now;
  line.whisper({ type: "presence", state });
}

/** Somebody looks. The server knows who has done nothing for how long (`ROOM_AWAY_MINUTES`). */
function awake() {
  if (!document.hidden) setState(acted ? "responding" : "watching");
}

export const people = {
  show({ people: here, count: all }) {
    list.replaceChildren(...here.map(row));
    count.textContent = all;
    none.hidden = all > 0;
  },
  type({ handle, name }) {
    if (handle === me) return;
    clearTimeout(typists.get(name));
    typists.set(name, setTimeout(() => this.stop(name), TYPES_FOR));
    writeTyping();
  },
  stop(name) {
    clearTimeout(typists.get(name));
    typists.delete(name);
    writeTyping();
  },
  announce() {
    if (state !== "watching") line.whisper({ type: "presence", state });
  },
  /** Whoever writes is responding from then on. */
  act() {
    acted = true;
    setState("responding");
  },
  /** Away is who has not looked at the page for a minute. */
  watch() {
    document.addEventListener("visibilitychange", () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => setState("away"), AWAY_AFTER);
      else awake();
    });
    awake();
  },
};
