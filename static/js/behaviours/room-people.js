// Who is here and who types.

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
  avatar.dataset.here = is === "away" ? "away" : "here";
  avatar.classList.toggle("you", handle === me);
  item.querySelector("[data-name]").textContent = name;
  item.querySelector("[data-role]").textContent =
    handle === me ? "you" : is === "away" ? "away" : roleOf(handle);
  return item;
}

function writeTyping() {
  const names = [...typists.keys()];
  if (!typing) return;
  if (names.length === 0) typing.textContent = "";
  else if (names.length > 3) typing.textContent = `${names.length} people are typing`;
  else typing.textContent = `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} typing`;
}

function setState(socket, now) {
  if (now === state) return;
  state = now;
  socket.send({ type: "presence", state });
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
  announce(socket) {
    if (state !== "watching") socket.send({ type: "presence", state });
  },
  /** Whoever writes is responding from then on. */
  act(socket) {
    acted = true;
    setState(socket, "responding");
  },
  /** Away is who has not looked at the page for a minute. */
  watch(socket) {
    document.addEventListener("visibilitychange", () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => setState(socket, "away"), AWAY_AFTER);
      else setState(socket, acted ? "responding" : "watching");
    });
  },
};
