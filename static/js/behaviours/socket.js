// A WebSocket that comes back by itself: half a second after the first loss, at most 15 s later on.
import { live } from "./live.js";

const FIRST = 500;
const LONGEST = 15_000;
// Closed for good: signed out, no longer allowed, gone.
const FINAL = new Set([4401, 4403, 4404, 4408, 4429]);

/**
 * Keep a socket open.
 * @param {object} options
 * @param {() => string} options.url path with query, asked anew for each attempt
 * @param {(message: object) => void} options.onMessage
 * @param {(bytes: Uint8Array) => void} [options.onBytes] for sockets that carry binary messages too
 * @param {(again: boolean) => void} [options.onOpen] `again` is false the first time
 * @param {() => void} [options.onLoss] lost, and tried again
 * @param {(code: number) => void} [options.onEnd] closed for good
 * @param {string} options.source name for the live mark
 * @param {number[]} [options.ends] more codes that close it for good
 */
export function keepOpen({ url, onMessage, onBytes, onOpen, onLoss, onEnd, source, ends = [] }) {
  const alive = new AbortController();
  const { signal } = alive;
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
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => {
      if (signal.aborted) return;
      if (typeof data === "string") onMessage(JSON.parse(data));
      else onBytes?.(new Uint8Array(data));
    });
    socket.addEventListener("close", ({ code }) => {
      if (signal.aborted) return;
      onLoss?.();
      if (FINAL.has(code) || ends.includes(code)) {
        live.set("offline", source);
        onEnd?.(code);
      } else {
        later();
      }
    });
  }

  window.addEventListener("online", () => socket.readyState > WebSocket.OPEN && connect(), { signal });
  window.addEventListener("offline", () => live.set("offline", source), { signal });
  connect();
  return {
    /** True when the bytes were handed over. */
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(message instanceof Uint8Array ? message : JSON.stringify(message));
      return true;
    },
    /** Close it, and let the live mark speak of the others. */
    stop() {
      alive.abort();
      clearTimeout(timer);
      socket.close();
      live.forget(source);
    },
  };
}
