// Copy buttons: data-copy="#id", or the nearest text beside the button.

function source(button) {
  const named = button.dataset.copy && document.querySelector(button.dataset.copy);
  return named || button.parentElement.querySelector("pre, code, input, [data-copy-text]");
}

function say(button, text) {
  const word = button.querySelector("[data-copy-word]") ?? button.lastChild;
  const before = word.textContent;
  word.textContent = text;
  setTimeout(() => (word.textContent = before), 1600);
}

function select(element) {
  if (element instanceof HTMLInputElement) return element.select();
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const element = source(button);
  if (!element) return;
  try {
    await navigator.clipboard.writeText((element.value ?? element.textContent).trim());
    say(button, "Copied");
  } catch {
    // Without HTTPS there is no clipboard: select the text, so that one key press does it.
    select(element);
    say(button, "Press Ctrl C");
  }
});
