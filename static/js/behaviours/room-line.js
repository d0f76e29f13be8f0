// What this page says to the server: deeds that must arrive, and whispers that need not.
import { outbox } from "./room-outbox.js";

let socket = null;

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
    socket?.send({ ...message, client_id: item.id });
    return item;
  },
  /** Send what waits, oldest first. */
  sendAgain() {
    for (const { id, message } of outbox.waiting) {
      if (!socket.send({ ...message, client_id: id })) return;
    }
  },
};
