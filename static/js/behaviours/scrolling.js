// What people write may hold wide code and tables: those that scroll can be reached by keyboard.
// Of tabs that do not fit, the one that is shown is in sight.

const WIDE = ":is(.said, .prose) :is(pre, table)";

function reach(element) {
  const scrolls =
    element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
  if (scrolls) element.tabIndex = 0;
  else element.removeAttribute("tabindex");
}

const reachAll = () => document.querySelectorAll(WIDE).forEach(reach);
let waiting = 0;

function soon() {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(reachAll);
}

new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
window.addEventListener("resize", soon);
soon();

for (const tab of document.querySelectorAll(".tabs > :is([aria-current], [aria-selected='true'])")) {
  const row = tab.parentElement;
  row.scrollLeft += tab.getBoundingClientRect().right - row.getBoundingClientRect().right;
}
