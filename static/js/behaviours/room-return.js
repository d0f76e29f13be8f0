// Whoever comes back after a while is told what they missed; whoever does something is not away.
import { line } from "./room-line.js";

const MISSED_AFTER = 5 * 60_000;
const SIGN_EVERY = 60_000;
const TICK = 20_000;
const card = document.getElementById("catch-up");
let gone = 0;
let ticked = Date.now();
let signed = 0;

function back() {
  if (gone && Date.now() - gone > MISSED_AFTER && card) window.htmx.trigger(card, "return");
  gone = 0;
}

/** A device that slept lets no time pass: the next tick comes late. */
function tick() {
  const now = Date.now();
  if (now - ticked > MISSED_AFTER && !gone) gone = ticked;
  ticked = now;
  if (!document.hidden) back();
}

/** The server closes the room for who does nothing in it for hours. */
export function watchReturn() {
  const sign = () => {
    if (Date.now() - signed < SIGN_EVERY) return;
    signed = Date.now();
    line.whisper({ type: "active" });
  };
  for (const type of ["pointerdown", "keydown", "wheel", "touchmove"]) {
    document.addEventListener(type, sign, { passive: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) gone ||= Date.now();
    else {
      back();
      sign();
    }
  });
  setInterval(tick, TICK);
}

/** The room was closed here: show the way back. */
export function showWayBack() {
  document.getElementById("come-back").hidden = false;
}
