// [data-recording]: plays what happened in a room. The server draws all of it; this keeps the time.
import { flash } from "./flash.js";
import { Log } from "./recording-log.js";
import { scaleOf, upto } from "./recording-scale.js";
import { stopwatch } from "./server_time.js";
import { written } from "./times.js";

const BEAT = 100;
// A silence is left out when watching it would take longer, in milliseconds of the viewer's time.
const PATIENCE = 3000;

const root = document.querySelector("[data-recording]");
const find = (name) => root.querySelector(`[data-rec-${name}]`);
const page = root.dataset.page;
const opened = Number(root.dataset.opened);
const scale = scaleOf(root.dataset.knots);
const changes = root.dataset.changes.trim().split(" ").filter(Boolean).map(Number);
const scrubber = find("scrubber");
const moments = [...find("moments").querySelectorAll("a[data-at]")];
const momentTimes = moments.map((link) => Number(link.dataset.at));
const log = new Log(find("rows"), find("earlier"), (query) => fragment(`/rows?${query}`));

let t = Number(root.dataset.at);
let playing = false;
let waiting = false;
let last = 0;
let drawn = upto(changes, t);
let drawing = false;
let skippedUntil = 0;

async function fragment(path) {
  const answer = await fetch(`${page}${path}`, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  const made = document.createElement("template");
  made.innerHTML = await answer.text();
  return made.content.firstElementChild;
}

function failed() {
  pause();
  flash("error", "The recording cannot be loaded. Check the connection, then play again.");
}

/** The time in words: "12:40 after it was opened". */
function elapsed() {
  const since = t - opened;
  return since < 0 ? `−${stopwatch(-since)}` : stopwatch(since);
}

function drawTime() {
  scrubber.value = scale.place(t);
  const clock = elapsed();
  const wall = `${written(t, "date")}, ${written(t, "seconds")}`;
  find("elapsed").textContent = clock;
  find("wall").textContent = wall;
  scrubber.setAttribute("aria-valuetext", `${wall}, ${clock} after it was opened`);
}

function drawMoments() {
  const count = upto(momentTimes, t);
  const now = moments[count - 1];
  const before = find("moments").querySelector("[aria-current]");
  if (now !== before) {
    before?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "step");
    if (now) bringIntoView(now);
  }
  mark(find('jump="-1"'), moments[upto(momentTimes, t - 1) - 1]);
  mark(find('jump="1"'), moments[count]);
}

/** In its list alone: on a phone the page itself must not move. */
function bringIntoView(link) {
  const list = find("moments");
  const [outer, inner] = [list.getBoundingClientRect(), link.getBoundingClientRect()];
  if (inner.top < outer.top) list.scrollTop += inner.top - outer.top;
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom + 16;
}

function mark(button, moment) {
  if (moment) {
    button.href = moment.href;
    button.removeAttribute("aria-disabled");
  } else {
    button.removeAttribute("href");
    button.setAttribute("aria-disabled", "true");
  }
}

/** Who was there and how things stood, drawn anew by the server when that has changed. */
async function drawScene() {
  const wanted = upto(changes, t);
  if (drawing || wanted === drawn) return;
  drawing = true;
  try {
    const fresh = await fragment(`/scene?at=${Math.round(t)}`);
    const scene = root.querySelector("#scene");
    const version = scene.dataset.version;
    const scrolled = scene.querySelector(".rec-people")?.scrollTop ?? 0;
    scene.replaceWith(fresh);
    const people = fresh.querySelector(".rec-people");
    if (people) people.scrollTop = scrolled;
    drawn = wanted;
    if (fresh.dataset.version !== version) {
      root.querySelector("#paper").replaceWith(await fragment(`/document/${fresh.dataset.version}`));
    }
  } catch {
    drawn = wanted;
    failed();
  } finally {
    drawing = false;
  }
  drawScene();
}

function draw() {
  log.show(t);
  drawTime();
  drawMoments();
  drawScene();
}

async function load() {
  if (log.covers(t) || waiting) return;
  waiting = true;
  try {
    while (!log.covers(t)) await log.jump(t);
  } catch {
    failed();
  }
  waiting = false;
  last = performance.now();
  draw();
}

async function seek(to) {
  t = Math.min(Math.max(to, scale.start), scale.end);
  draw();
  await load();
}

/** The address leads here, for whoever it is sent to. */
function remember() {
  const row = log.current(t);
  if (row) history.replaceState(null, "", `${page}?at=${row.dataset.seq}`);
}

function say(words) {
  find("said").textContent = `${words} at ${written(t, "seconds")}`;
}

function showPlaying() {
  find("word").textContent = playing ? "Pause" : "Play";
  for (const when of ["playing", "paused"]) {
    find("play").querySelector(`[data-when="${when}"]`).hidden = (when === "playing") !== playing;
  }
}

function play() {
  if (t >= scale.end) seek(scale.start);
  playing = true;
  last = performance.now();
  showPlaying();
  say(`Playing at ${find("speed").value} times the speed`);
  setTimeout(beat, BEAT);
}

function pause() {
  if (!playing) return;
  playing = false;
  showPlaying();
  say("Paused");
  remember();
}

function skip(speed) {
  const next = log.next(t) ?? (log.after ? undefined : scale.end);
  const silence = (next ?? t) - t;
  if (!find("skip").checked || silence < PATIENCE * speed || silence < 10_000) return;
  const left = silence - 1000;
  t += left;
  skippedUntil = performance.now() + 4000;
  find("skipped").textContent = `${stopwatch(left)} of silence left out`;
}

function beat() {
  if (!playing) return;
  const now = performance.now();
  if (!waiting) {
    const speed = Number(find("speed").value);
    t = Math.min(t + (now - last) * speed, scale.end);
    skip(speed);
    draw();
    load();
  }
  last = now;
  if (now > skippedUntil) find("skipped").textContent = "";
  if (t >= scale.end) pause();
  setTimeout(beat, BEAT);
}

async function step(way) {
  pause();
  if (way > 0 && log.next(t) === undefined && log.after) await log.more("after").catch(failed);
  if (way < 0 && log.previous(t) === undefined && log.before) await log.more("before").catch(failed);
  await seek((way > 0 ? log.next(t) : log.previous(t)) ?? (way > 0 ? scale.end : scale.start));
  said();
}

async function jump(way) {
  const to = way > 0 ? momentTimes[upto(momentTimes, t)] : momentTimes[upto(momentTimes, t - 1) - 1];
  if (to !== undefined) await seek(to);
  said();
}

function said() {
  say("Now");
  remember();
}

const KEYS = {
  " ": () => (playing ? pause() : play()),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  PageDown: () => jump(1),
  PageUp: () => jump(-1),
  Home: () => seek(scale.start).then(said),
  End: () => seek(scale.end).then(said),
};
const SCRUBBER_TOO = { ArrowUp: KEYS.ArrowRight, ArrowDown: KEYS.ArrowLeft };

function press(event) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const onScrubber = target === scrubber;
  if (!onScrubber && target.closest?.("input, select, textarea, button, [contenteditable]")) return;
  if (key === " " && target.closest?.("a")) return;
  const act = KEYS[key] ?? (onScrubber ? SCRUBBER_TOO[key] : undefined);
  if (!act) return;
  event.preventDefault();
  act();
}

function follow(event, act) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  act();
}

function begin() {
  for (const part of root.querySelectorAll("[data-rec-live], [data-rec-play], [data-rec-scrubber]")) part.hidden = false;
  document.addEventListener("keydown", press);
  find("play").addEventListener("click", KEYS[" "]);
  scrubber.addEventListener("input", () => seek(scale.time(Number(scrubber.value))));
  scrubber.addEventListener("change", said);
  find("moments").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-at]");
    if (link) follow(event, () => seek(Number(link.dataset.at)).then(said));
  });
  for (const way of [-1, 1]) find(`jump="${way}"`).addEventListener("click", (event) => follow(event, () => jump(way)));
  find("earlier").addEventListener("click", (event) => follow(event, earlier));
  draw();
}

async function earlier() {
  await log.more("before").catch(failed);
  log.show(t);
}

begin();
