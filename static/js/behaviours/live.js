// The live mark: what the worst of the page's connections says.

const RANK = ["live", "reconnecting", "offline"];
const WORDS = { live: "Live", reconnecting: "Reconnecting", offline: "Offline" };
const states = new Map();

function write() {
  const worst = [...states.values()].sort((a, b) => RANK.indexOf(b) - RANK.indexOf(a))[0];
  if (!worst) return;
  for (const mark of document.querySelectorAll("[data-live]")) {
    if (mark.dataset.state === worst) continue;
    mark.dataset.state = worst;
    mark.querySelector("[data-live-word]").textContent = WORDS[worst];
  }
}

export const live = {
  /** `state` is live, reconnecting or offline; `source` names the connection. */
  set(state, source = "feed") {
    states.set(source, state);
    write();
  },
  /** This connection is no longer wanted. */
  forget(source) {
    states.delete(source);
    write();
  },
};
// A refreshed head brings a mark of its own.
document.addEventListener("htmx:afterSettle", write);
