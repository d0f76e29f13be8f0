// How many tasks are to do stands on their tab, too: the head says it whenever it is drawn anew.

document.addEventListener("htmx:load", ({ detail }) => {
  const open = detail.elt.dataset?.openTasks;
  const place = document.getElementById("n-tasks");
  if (open === undefined || !place) return;
  place.textContent = open;
  place.hidden = open === "0";
});
