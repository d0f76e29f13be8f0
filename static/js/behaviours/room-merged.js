// Merged into another incident, or taken out again: the whole room is another one then, so it is
// loaded anew. What was typed is kept on the device.
const room = document.querySelector("[data-room]");

document.addEventListener("htmx:afterSettle", () => {
  const head = document.getElementById("head");
  if (head && head.dataset.merged !== room.dataset.merged) location.reload();
});
