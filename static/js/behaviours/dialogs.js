// Dialogs close on a click outside. Forms with data-confirm ask once, naming the thing.

const dialog = document.getElementById("confirm-dialog");
const agreed = new WeakSet();

function ask(form) {
  const { confirm, confirmDetail, confirmYes } = form.dataset;
  dialog.querySelector("#confirm-heading").textContent = confirm;
  dialog.querySelector("#confirm-detail").textContent = confirmDetail ?? "";
  dialog.querySelector("#confirm-yes").textContent = confirmYes ?? "Yes, go on";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// In the capturing phase, so that neither htmx nor the browser has sent anything yet.
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.dataset.confirm || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    if (await ask(form)) {
      agreed.add(form);
      form.requestSubmit(button);
    }
  },
  true,
);

document.addEventListener("click", (event) => {
  if (!(event.target instanceof HTMLDialogElement)) return;
  const box = event.target.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right &&
    event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) event.target.close("no");
});
