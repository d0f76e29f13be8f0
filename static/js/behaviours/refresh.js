// [data-refresh-on="incident alert"]: fetched again when something of that topic has happened.
// At most once a second, and not at all while nobody looks.

const PAUSE = 1000;
const waiting = new Set();
let timer = 0;
let last = 0;

const wants = (element, topic, ref) =>
  (topic === "*" || element.dataset.refreshOn.split(" ").includes(topic)) &&
  (!ref || !element.dataset.refreshRef || element.dataset.refreshRef === ref);

function flush() {
  timer = 0;
  if (document.hidden) return;
  last = Date.now();
  const requests = [...waiting].map((request) => request.split(" "));
  waiting.clear();
  for (const element of document.querySelectorAll("[data-refresh-on]")) {
    if (requests.some(([topic, ref]) => wants(element, topic, ref))) window.htmx.trigger(element, "refresh");
  }
}

/** Something of `topic` happened ("*" is everything), to the incident `ref` where it is one. */
export function refresh(topic, ref = "") {
  waiting.add(`${topic} ${ref}`);
  timer ||= setTimeout(flush, Math.max(0, last + PAUSE - Date.now()));
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && waiting.size) flush();
});
