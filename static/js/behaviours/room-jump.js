// Going to a message: in place where it is on the page, else to the page around it.

const room = document.querySelector("[data-room]");
const SHOWN_FOR = 2500;

/** Scroll to the row and mark it for a moment. */
export function show(row) {
  // On a phone the chat may not be the part that shows.
  if (!row.offsetParent) document.querySelector('[data-show="chat"]')?.click();
  row.scrollIntoView({ block: "center" });
  row.classList.add("found-here");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  setTimeout(() => row.classList.remove("found-here"), SHOWN_FOR);
}

export function jumps(openThread) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-jump]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = document.getElementById(`m-${link.dataset.jump}`);
    if (!row) return;
    event.preventDefault();
    history.replaceState(history.state, "", link.href);
    show(row);
  });
  const { wanted } = room.dataset;
  const named = /^#m-(\d+)$/.exec(location.hash)?.[1];
  const row = document.getElementById(`m-${wanted ?? named}`);
  if (row) show(row);
  else if (wanted) openThread(wanted);
  // A notice leads to a row that may be far up, or in a thread.
  else if (named) location.replace(`${location.pathname}?message=${named}${location.hash}`);
}
