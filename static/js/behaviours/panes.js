// On a phone the war room shows one part at a time, and its head folds to what matters.

const room = document.querySelector(".room");

function show(pane) {
  room.dataset.pane = pane;
  for (const link of document.querySelectorAll("[data-show]")) {
    if (link.dataset.show === pane) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function fold(folded) {
  room.toggleAttribute("data-folded", folded);
  document.querySelector("[data-fold-head]")?.setAttribute("aria-expanded", String(!folded));
}

if (room) {
  show(new URLSearchParams(location.search).has("tab") ? "details" : "chat");
  fold(true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-show]");
    if (link) {
      event.preventDefault();
      show(link.dataset.show);
    } else if (event.target.closest?.("[data-fold-head]")) {
      fold(!room.hasAttribute("data-folded"));
    }
  });
  // A fetched head starts with the button of an open one.
  document.addEventListener("htmx:afterSettle", () => fold(room.hasAttribute("data-folded")));
}
