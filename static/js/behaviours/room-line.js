// What this page says to the server: deeds that must arrive, and whispers that need not.
import { outbox } from "./room-outbox.js";

// Unanswered at once; what else there is waits here, where it costs a busy server nothing.
const MOST = 4;
// Milliseconds until the next try, after the first refusal and at most.
const FIRST = 2000;
const LONGEST = 30_000;

let socket = null;
let onTheWay = new Set();
let refusals = 0;
let pausing = 0;

/** Send what waits and is not on its way yet, oldest first. */
function flow() {
  if (pausing) return;
  for (const { id, message } of outbox.waiting) {
    if (onTheWay.size >= MOST) return;
    if (onTheWay.has(id)) continue;
    if (!socket?.send({ ...message, client_id: id })) return;
    onTheWay.add(id);
  }
}

function goOn() {
  clearTimeout(pausing);
  pausing = 0;
  flow();
}

export const line = {
  use(opened) {
    socket = opened;
  },
  /** True when it was handed over. Nobody misses it when it was not. */
  whisper(message) {
    return socket?.send(message) ?? false;
  },
  /** A post, an edit, a reaction: kept on this device until it is answered. Returns what is kept. */
  send(message) {
    const item = outbox.add(message);
    flow();
    return item;
  },
  /** The connection is a new one: nothing is on its way any more. */
  begin() {
    onTheWay = new Set();
    goOn();
  },
  /** Done or refused for good. Returns what was kept. */
  answered(id) {
    refusals = 0;
    onTheWay.delete(id);
    const item = outbox.take(id);
    goOn();
    return item;
  },
  /** Not now: it is sent again after a while, each time a longer one. */
  putOff(id) {
    onTheWay.delete(id);
    if (pausing) return;
    const pause = Math.min(LONGEST, FIRST * 2 ** refusals) * (0.7 + Math.random() * 0.6);
    refusals += 1;
    pausing = setTimeout(goOn, pause);
  },
};
