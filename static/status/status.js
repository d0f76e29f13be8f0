// Keeps the page fresh without a reload, tells a day's story, searches the history.
// Everything is readable without this script.
const EVERY = 20_000;
const LATE = 45_000;
const root = document.documentElement;
const [FRESH, AS_OF, UNREACHABLE] = root.dataset.words.split("|");
const spoken = new Intl.RelativeTimeFormat(root.lang, { numeric: "auto" });

// Older days keep their date: "13 Nov" says more than "312 hours ago".
function since(iso) {
  const seconds = Math.round((Date.parse(iso) - Date.now()) / 1000);
  const size = Math.abs(seconds);
  if (size < 60) return spoken.format(0, "second");
  if (size < 3600) return spoken.format(Math.trunc(seconds / 60), "minute");
  const hours = Math.trunc(seconds / 3600);
  return Math.abs(hours) < 48 ? spoken.format(hours, "hour") : "";
}

function tellAges() {
  for (const element of document.querySelectorAll("[data-ago]")) {
    element.dataset.date ??= element.textContent;
    element.textContent = since(element.dataset.ago) || element.dataset.date;
  }
}

// What the server last said: how old its knowledge was then, and when that was by our own clock.
let sure = null;
let unreachable = false;

function tellFreshness() {
  const line = document.getElementById("as-of");
  if (!line || !sure) return;
  const age = sure.ageThen + (Date.now() - sure.heard);
  const isLate = age > LATE || document.querySelector(".stale");
  const then = new Date(Date.now() - age).toISOString().slice(11, 16);
  let text = isLate ? `${AS_OF} ${then} UTC.` : FRESH;
  if (unreachable) text = `${AS_OF} ${then} UTC. ${UNREACHABLE}`;
  if (line.textContent !== text) line.textContent = text;
}

function say(text) {
  document.getElementById("said").textContent = text;
}

// What the reader folded or opened stays so; trouble that is new is not folded away.
function keepFolds(main) {
  const before = new Map();
  for (const one of main.querySelectorAll("details[id]")) before.set(one.id, [one.open, one.className]);
  return () => {
    for (const one of main.querySelectorAll("details[id]")) {
      const [open, look] = before.get(one.id) ?? [one.open, ""];
      one.open = one.className === look || !one.classList.contains("group") ? open : one.open || open;
    }
  };
}

function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const main = document.getElementById("main");
  const fresh = next.getElementById("main");
  if (!fresh) return;
  const fold = keepFolds(main);
  const focused = document.activeElement?.closest("details[id]")?.id;
  const before = main.querySelector("h1")?.textContent;
  main.replaceChildren(...fresh.childNodes);
  fold();
  if (focused) document.getElementById(focused)?.querySelector("summary")?.focus({ preventScroll: true });
  document.title = next.title;
  root.dataset.etag = next.documentElement.dataset.etag ?? "";
  const icon = next.querySelector("link[rel=icon]")?.getAttribute("href");
  if (icon) document.querySelector("link[rel=icon]").setAttribute("href", icon);
  const after = main.querySelector("h1")?.textContent;
  if (after && after !== before) say(after);
  readySearch();
}

async function look() {
  if (document.getElementById("q")?.value) return; // a search is not to vanish
  try {
    const answer = await fetch(location.pathname, {
      cache: "no-store",
      headers: { "If-None-Match": `W/"${root.dataset.etag}"` },
    });
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    if (answer.status === 200) show(await answer.text());
    // In seconds, and not a time: the clock of this machine may be wrong.
    const age = answer.headers.get("X-Status-Age");
    sure = { ageThen: age === null ? LATE : age * 1000, heard: Date.now() };
    unreachable = false;
  } catch {
    unreachable = true;
    sure ??= { ageThen: LATE, heard: Date.now() };
  }
  tellAges();
  tellFreshness();
}

// The story of one day: under the pointer, at a tap, or by the arrow keys on a line in focus.
const DAYS = 90;
const tip = document.createElement("p");
tip.className = "tip";
tip.hidden = true;
document.body.append(tip);
let at = DAYS - 1;

function storyOf(bars, index) {
  for (const path of bars.querySelectorAll("path")) {
    const title = path.querySelector("title");
    if (title) { // ours takes the place of the browser's own
      path.dataset.story = title.textContent;
      path.dataset.day = Math.floor(Number(/\d+/.exec(path.getAttribute("d"))) / 5);
      title.remove();
    }
    if (path.dataset.day === String(index)) return path.dataset.story;
  }
  const key = document.querySelector(".key").dataset;
  const first = new Date(document.querySelector(".axis time").dateTime);
  const day = new Date(first.getTime() + index * 86_400_000);
  const date = day.toLocaleDateString(root.lang === "en" ? "en-GB" : root.lang, { day: "numeric", month: "short", timeZone: "UTC" });
  return `${date}: ${index < Number(bars.dataset.from) ? key.none : key.ok}`;
}

function tell(bars, index, aloud) {
  at = Math.min(DAYS - 1, Math.max(0, index));
  const box = bars.getBoundingClientRect();
  const isMirrored = root.dir === "rtl";
  const place = (at + 0.5) / DAYS;
  tip.textContent = storyOf(bars, at);
  tip.hidden = false;
  const wanted = box.left + box.width * (isMirrored ? 1 - place : place) - tip.offsetWidth / 2;
  const most = root.clientWidth - tip.offsetWidth - 8;
  tip.style.left = `${scrollX + Math.max(8, Math.min(wanted, most))}px`;
  tip.style.top = `${scrollY + box.top - tip.offsetHeight - 6}px`;
  if (aloud) say(tip.textContent);
}

function hush() {
  tip.hidden = true;
}

function pointed(event) {
  const bars = event.target.closest?.(".bars");
  if (!bars) {
    if (!(event.type === "pointermove" && event.pointerType === "touch")) hush();
    return;
  }
  const box = bars.getBoundingClientRect();
  const share = (event.clientX - box.left) / box.width;
  tell(bars, Math.floor((root.dir === "rtl" ? 1 - share : share) * DAYS), event.type === "pointerdown");
}

document.addEventListener("pointermove", pointed);
document.addEventListener("pointerdown", pointed);
document.addEventListener("focusout", hush);
document.addEventListener("focusin", (event) => {
  const bars = event.target.matches(".row:focus-visible") && event.target.querySelector(".bars");
  if (bars) tell(bars, at, false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return hush();
  const bars = event.target.matches?.(".row") && event.target.querySelector(".bars");
  const forward = root.dir === "rtl" ? -1 : 1;
  const to = { ArrowLeft: at - forward, ArrowRight: at + forward, Home: 0, End: DAYS - 1 }[event.key];
  if (!bars || to === undefined) return;
  event.preventDefault();
  tell(bars, to, true);
});
addEventListener("scroll", hush, { passive: true });
// Paper does not refresh itself: it says dates, and as of when.
addEventListener("beforeprint", () => {
  for (const element of document.querySelectorAll("[data-date]")) element.textContent = element.dataset.date;
  const line = document.getElementById("as-of");
  if (line && sure) {
    const then = new Date(sure.heard - sure.ageThen);
    line.textContent = `${AS_OF} ${then.toISOString().slice(0, 16).replace("T", " ")} UTC.`;
  }
  for (const group of document.querySelectorAll("details.group, details.many")) group.open = true;
});
addEventListener("afterprint", () => { tellAges(); tellFreshness(); });

// Searching: every year's page is fetched once, when somebody searches for the first time.
let past = null;

async function pageAt(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function allEvents() {
  const links = [...document.querySelectorAll(".months-nav [data-year]")];
  const pages = await Promise.allSettled(links.map((link) => pageAt(link.getAttribute("href"))));
  const found = new Map();
  const add = (source) => {
    for (const line of source.querySelectorAll(".month .events li")) {
      found.set(line.querySelector("a").getAttribute("href"), line);
    }
  };
  add(document);
  for (const page of pages) if (page.status === "fulfilled") add(page.value);
  return { lines: [...found.values()], isWhole: pages.every((page) => page.status === "fulfilled") };
}

function dated(line) {
  const copy = line.cloneNode(true);
  const time = copy.querySelector("time");
  time.textContent = new Date(time.dateTime).toLocaleDateString(root.lang === "en" ? "en-GB" : root.lang, { dateStyle: "medium", timeZone: "UTC" });
  return copy;
}

async function search() {
  const wanted = document.getElementById("q").value.trim().toLowerCase();
  const hits = document.getElementById("hits");
  const note = document.getElementById("found");
  const [none, some, partly] = document.getElementById("search").dataset.words.split("|");
  for (const month of document.querySelectorAll(".month, .months-nav")) month.hidden = Boolean(wanted);
  hits.hidden = !wanted;
  note.textContent = "";
  if (!wanted) return;
  past ??= allEvents();
  const { lines, isWhole } = await past;
  if (document.getElementById("q").value.trim().toLowerCase() !== wanted) return;
  const words = wanted.split(/\s+/);
  const matching = lines.filter((line) => words.every((word) => line.textContent.toLowerCase().includes(word)));
  matching.sort((one, other) => other.querySelector("time").dateTime.localeCompare(one.querySelector("time").dateTime));
  hits.replaceChildren(...matching.map(dated));
  hits.hidden = !matching.length;
  note.textContent = matching.length ? some.replace("{n}", matching.length) : none;
  if (!isWhole) {
    note.textContent += ` ${partly}`;
    past = null;
  }
}

function readySearch() {
  const form = document.getElementById("search");
  if (!form) return;
  past = null;
  form.parentElement.classList.add("ready");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", search);
}

readySearch();
tellAges();
if ("etag" in root.dataset) {
  setInterval(() => document.hidden || look(), EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  addEventListener("online", look);
  look();
}
setInterval(() => { tellAges(); tellFreshness(); }, 10_000);
