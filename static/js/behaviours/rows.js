// A list of rows that are walked and picked by keys: j, k, x, o, and s to silence what is picked.
// [data-rows] holds [data-row], each with [data-row-link] and [data-pick]; what is picked stays so
// when the list is fetched again.

const picked = new Set();
const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
const boxes = () => [...document.querySelectorAll("[data-pick]")];
const here = () => document.activeElement?.closest("[data-row]");

function show() {
  for (const box of boxes()) box.checked = picked.has(box.value);
  const bar = document.querySelector("[data-picks]");
  if (!bar) return;
  bar.hidden = picked.size === 0;
  bar.querySelector("[data-pick-count]").textContent = picked.size;
  const all = bar.querySelector("[data-pick-all]");
  if (all) all.checked = boxes().every((box) => box.checked);
}

function pick(box, on) {
  if (on) picked.add(box.value);
  else picked.delete(box.value);
  show();
}

function walk(step) {
  const all = rows();
  const at = all.indexOf(here());
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.querySelector("[data-row-link]").focus();
  next?.scrollIntoView({ block: "nearest" });
}

function silence() {
  const form = document.getElementById("picked");
  const one = here()?.querySelector("[data-pick]");
  if (picked.size === 0 && one) pick(one, true);
  if (picked.size && form?.querySelector("[type=submit]")) form.requestSubmit();
}

const KEYS = {
  j: () => walk(1),
  k: () => walk(-1),
  o: () => here()?.querySelector("[data-row-link]").click(),
  s: silence,
  x: () => {
    const box = here()?.querySelector("[data-pick]");
    if (box) pick(box, !box.checked);
  },
};

function busy({ target }) {
  const writing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox";
  return writing || target.isContentEditable || document.querySelector("dialog[open]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || busy(event)) return;
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (!act) return;
  event.preventDefault();
  act();
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-pick]")) pick(target, target.checked);
  if (target.matches("[data-pick-all]")) for (const box of boxes()) pick(box, target.checked);
});
document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-pick-none]")) return;
  picked.clear();
  show();
});
// A row that is gone is no longer picked.
document.addEventListener("htmx:afterSettle", () => {
  const there = new Set(boxes().map((box) => box.value));
  for (const value of picked) if (!there.has(value)) picked.delete(value);
  show();
});
// The browser may have kept what was ticked before.
window.addEventListener("pageshow", () => {
  picked.clear();
  for (const box of boxes()) if (box.checked) picked.add(box.value);
  show();
});
