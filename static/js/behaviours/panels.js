// A part of the page that is fetched on its own and fails says so where it would have been.

function failed({ detail }) {
  const panel = detail.elt.closest?.("[data-panel]");
  const note = panel?.querySelector("[data-panel-failed]");
  if (!note) return;
  panel.querySelectorAll(".skel").forEach((line) => line.remove());
  note.hidden = false;
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, failed);
}
