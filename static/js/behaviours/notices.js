// What calls the reader: the bell on the page, a message of the device while the page is hidden, and
// a sound for what is urgent. Both only after the reader has switched them on, on this device.
import { refresh } from "./refresh.js";

const KEY = "notify";
const RINGS = 12;
const RING_EVERY = 5000;
const CHORD = [880, 1175];
const WHY = {
  none: "This browser can do that on https addresses only.",
  denied: "This browser was told to refuse it. Allow notifications for this site in its settings.",
  on: "On. Nothing is sent to anybody else for it.",
  off: "Off. The bell on each page counts all the same.",
};
let ringing = 0;
let release = null;

function kept(value) {
  try {
    if (value !== undefined) localStorage.setItem(KEY, value);
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

const permission = () => ("Notification" in window && window.isSecureContext ? Notification.permission : "none");
const isOn = () => permission() === "granted" && kept() === "on";

function tell({ id, actor, text, incident, url, urgent }) {
  try {
    const shown = new Notification(`${incident}: ${actor}`, { body: text, tag: `notice-${id}`, requireInteraction: urgent });
    shown.addEventListener("click", () => {
      window.focus();
      window.location.assign(url);
    });
  } catch {
    // Phones know such messages from installed pages only.
  }
}

function sound() {
  const context = new AudioContext();
  CHORD.forEach((pitch, index) => {
    const [tone, loudness, at] = [context.createOscillator(), context.createGain(), context.currentTime + index * 0.18];
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.15, at);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  });
  setTimeout(() => context.close(), 1500);
}

function silence() {
  clearInterval(ringing);
  ringing = 0;
  release?.();
  release = null;
}

/** For a minute, or until somebody is here; one page of the browser rings for all. */
function ring() {
  if (ringing) return;
  navigator.locks.request("ring", { ifAvailable: true }, (lock) => {
    if (!lock) return undefined;
    let left = RINGS;
    sound();
    return new Promise((done) => {
      release = done;
      ringing = setInterval(() => {
        left -= 1;
        if (left) sound();
        else silence();
      }, RING_EVERY);
    });
  });
}

function hear({ unread, news }) {
  const bell = document.getElementById("bell");
  if (news.length || unread !== Number(bell?.dataset.unread)) refresh("notice");
  if (unread === 0) silence();
  if (!isOn()) return;
  if (document.hidden) news.forEach(tell);
  if (news.some(({ urgent }) => urgent)) ring();
}

function draw(box) {
  const now = permission();
  const field = box.querySelector("[data-notify-switch]");
  box.hidden = false;
  field.disabled = now === "none" || now === "denied";
  field.checked = isOn();
  box.querySelector("[data-notify-why]").textContent = WHY[now] ?? WHY[isOn() ? "on" : "off"];
}

const box = document.querySelector("[data-notify]");
if (box) {
  draw(box);
  box.addEventListener("change", async ({ target }) => {
    if (target.checked && permission() === "default") await Notification.requestPermission();
    kept(target.checked ? "on" : "off");
    draw(box);
  });
}
document.addEventListener("notice", ({ detail }) => hear(detail));
document.addEventListener("pointerdown", silence);
document.addEventListener("keydown", silence);
