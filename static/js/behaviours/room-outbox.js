// What was sent but not yet answered, kept on this device: it survives a loss of the connection and
// a reload. Sent again under the same id it is still one message.

const room = document.querySelector("[data-room]");
const KEY = `room:${room.dataset.ref}:${room.dataset.me}`;
const OLDEST = 24 * 3600 * 1000;

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) ?? {};
    const fresh = (kept.waiting ?? []).filter(({ at, message }) => message && Date.now() - at < OLDEST);
    return { draft: kept.draft ?? "", waiting: fresh };
  } catch {
    return { draft: "", waiting: [] };
  }
}

const box = load();

function save() {
  try {
    if (box.draft || box.waiting.length) localStorage.setItem(KEY, JSON.stringify(box));
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}

/** randomUUID exists only on https and localhost. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const outbox = {
  uuid,
  get draft() {
    return box.draft;
  },
  get waiting() {
    return box.waiting;
  },
  /** True when the draft is safe on this device. */
  keepDraft(text) {
    box.draft = text;
    return save();
  },
  /** Keep a message of the protocol until it is answered. */
  add(message) {
    const item = { id: uuid(), message, at: Date.now() };
    box.waiting.push(item);
    save();
    return item;
  },
  /** Remove and return what was sent under this id. */
  take(id) {
    const item = box.waiting.find((waiting) => waiting.id === id);
    box.waiting = box.waiting.filter((waiting) => waiting.id !== id);
    save();
    return item;
  },
};
