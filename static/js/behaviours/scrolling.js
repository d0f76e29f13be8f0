// What people write may hold wide code and tables: those that scroll can be reached by keyboard.

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
