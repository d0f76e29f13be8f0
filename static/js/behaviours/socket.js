// A WebSocket that comes back by itself: half a second after the first loss, at most 15 s later on.
import { live } from "./live.js";

const FIRST = 500;
const LONGEST = 15_000;
// Closed for good: signed out, no longer allowed, gone.
const FINAL = new Set([4401, 4403, 4404]);

/**
 * Keep a socket open.
 * @param {object} options
 * @param {() => string} options.url path with query, asked anew for each attempt
 * @param {(message: object) => void} options.onMessage
 * @param {(again: boolean) => void} [options.onOpen] `again` is false the first time
 * @param {(code: number) => void} [options.onEnd] closed for good
 * @param {string} options.source name for the live mark
 */
export function keepOpen({ url, onMessage, onOpen, onEnd, source }) {
  let socket = null;
  let tries = 0;
  let timer = 0;
  let opened = false;

  function later() {
    live.set(navigator.onLine ? "reconnecting" : "offline", source);
    const pause = Math.min(LONGEST, FIRST * 2 ** tries) * (0.7 + Math.random() * 0.6);
    tries += 1;
    if (tries > 6) live.set("offline", source);
    timer = setTimeout(connect, pause);
  }

  function greeted() {
    tries = 0;
    live.set("live", source);
    onOpen?.(opened);
    opened = true;
  }

  function connect() {
    clearTimeout(timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}${url()}`);
    // An accepted socket may still be refused; the server's first message says that it is not.
    socket.addEventListener("message", greeted, { once: true });
    socket.addEventListener("message", ({ data }) => onMessage(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => {
      if (FINAL.has(code)) {
        live.set("offline", source);
        onEnd?.(code);
      } else {
        later();
      }
    });
  }

  window.addEventListener("online", () => socket.readyState > WebSocket.OPEN && connect());
  window.addEventListener("offline", () => live.set("offline", source));
  connect();
  return {
    /** True when the bytes were handed over. */
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}
