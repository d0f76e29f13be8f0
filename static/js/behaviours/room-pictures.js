// A picture of the room, large: over the page, and from there in a tab of its own.

const dialog = document.getElementById("picture-dialog");
const shown = dialog.querySelector("img");

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.picture");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { alt, dataset } = link.querySelector("img");
  shown.src = link.href;
  shown.alt = alt;
  dialog.querySelector("[data-name]").textContent = dataset.name;
  dialog.querySelector("[data-original]").href = link.href;
  dialog.showModal();
});
dialog.addEventListener("close", () => shown.removeAttribute("src"));
