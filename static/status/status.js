// Keeps the page fresh without a reload. Everything is readable without this script.
const EVERY = 20_000;
const LATE = 45_000;
const root = document.documentElement;

function since(iso) {
  const seconds = Math.max(0, (Date.now() - Date.parse(iso)) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours} h ago` : "";
}

// Older days keep their date: "13 Nov" says more than "312 h ago".
function tellAges() {
  for (const element of document.querySelectorAll("[data-ago]")) {
    const text = since(element.dataset.ago);
    if (text) element.textContent = text;
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
  let text = isLate ? `As of ${then} UTC.` : "Up to date. This page refreshes itself.";
  if (unreachable) text = `As of ${then} UTC. We cannot reach the server right now and keep trying.`;
  if (line.textContent !== text) line.textContent = text;
}

function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const main = document.getElementById("main");
  const fresh = next.getElementById("main");
  if (!fresh) return;
  const open = [...main.querySelectorAll("details[open][id]")].map((element) => element.id);
  const focused = document.activeElement?.closest("details[id]")?.id;
  const before = main.querySelector("h1")?.textContent;
  main.replaceChildren(...fresh.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.querySelector("summary")?.focus({ preventScroll: true });
  document.title = next.title;
  root.dataset.etag = next.documentElement.dataset.etag ?? "";
  const icon = next.querySelector("link[rel=icon]")?.getAttribute("href");
  if (icon) document.querySelector("link[rel=icon]").setAttribute("href", icon);
  const after = main.querySelector("h1")?.textContent;
  if (after && after !== before) document.getElementById("said").textContent = after;
}

async function look() {
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

tellAges();
if ("etag" in root.dataset) {
  setInterval(() => document.hidden || look(), EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  addEventListener("online", look);
  look();
}
setInterval(() => { tellAges(); tellFreshness(); }, 10_000);
