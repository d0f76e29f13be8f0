// Editing a post-mortem: a click on a fact's number cites it, Ctrl+Enter saves, and what is typed
// is not left behind unseen.

let last = null;

const forms = () => document.querySelectorAll("[data-section-form]");
const changed = (form) => {
  const body = form.querySelector("[data-body]");
  return body.value !== body.defaultValue;
};

// Numbers can be put in only where there is something to put them into.
function showCites() {
  const editing = forms().length > 0;
  for (const button of document.querySelectorAll("[data-cite]")) button.disabled = !editing;
}

function cite(seq) {
  const body = last?.isConnected ? last : document.querySelector("[data-section-form] [data-body]");
  if (!body) return;
  const before = body.value.slice(0, body.selectionStart);
  const space = before && !/\s$/.test(before) ? " " : "";
  body.setRangeText(`${space}[#${seq}]`, body.selectionStart, body.selectionEnd, "end");
  body.focus();
  body.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("[data-body]")) last = target;
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-cite]");
  if (button) cite(button.dataset.cite);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("[data-section-form]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

document.addEventListener("htmx:afterSettle", ({ target }) => {
  showCites();
  target.querySelector?.("[data-body]")?.focus({ preventScroll: true });
});

// A plain form that is being sent is no loss.
let sending = false;
document.addEventListener("submit", ({ target }) => {
  sending = target.matches("[data-section-form]");
});
window.addEventListener("beforeunload", (event) => {
  if (!sending && [...forms()].some(changed)) event.preventDefault();
});

showCites();
