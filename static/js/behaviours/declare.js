// "Declare incident" opens a dialog with the form of the declare page; without script it is a link.

const dialog = document.getElementById("declare-dialog");

/** Open the form, with what was typed before still in it. */
export function openDeclare() {
  if (!dialog || dialog.open) return;
  if (document.getElementById("declare-page")) {
    document.querySelector("#declare-page [name=title]").focus();
    return;
  }
  dialog.showModal();
  const body = document.getElementById("declare-body");
  if (body.querySelector("form")) {
    body.querySelector("[name=title]").focus();
    return;
  }
  window.htmx
    .ajax("GET", dialog.dataset.url, { target: body, swap: "innerHTML" })
    .then(() => body.querySelector("[name=title]")?.focus());
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-declare]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  openDeclare();
});
