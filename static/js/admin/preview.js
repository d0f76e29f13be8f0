// textarea[data-preview="/address"]: the text as its readers will see it, beside the text.
// The server renders and sanitises it; the answers of slow requests never overtake newer ones.

const PAUSE = 300;

function paneFor(area) {
  const frame = document.createElement("div");
  frame.className = "md-editor";
  const pane = document.createElement("section");
  pane.className = "md-preview";
  pane.tabIndex = 0;
  pane.setAttribute("aria-label", "Preview");
  area.before(frame);
  frame.append(area, pane);
  return pane;
}

async function rendered(area, signal) {
  const token = area.form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(area.dataset.preview, {
    method: "POST",
    body: new URLSearchParams({ text: area.value }),
    headers: { "X-CSRFToken": token },
    credentials: "same-origin",
    signal,
  });
  if (!answer.ok || answer.redirected) throw new Error(`The server answered ${answer.status}.`);
  return answer.text();
}

function start(area) {
  const pane = paneFor(area);
  let timer = 0;
  let running = null;

  async function show() {
    running?.abort();
    running = new AbortController();
    try {
      pane.innerHTML = await rendered(area, running.signal);
      pane.removeAttribute("data-stale");
    } catch (error) {
      if (error.name === "AbortError") return;
      pane.dataset.stale = "The preview is not up to date: the server does not answer. Your text is safe here.";
    }
  }

  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
  // What is being written stays in view on both sides.
  area.addEventListener("scroll", () => {
    const way = area.scrollHeight - area.clientHeight;
    if (way > 0) pane.scrollTop = (area.scrollTop / way) * (pane.scrollHeight - pane.clientHeight);
  });
  show();
}

document.querySelectorAll("textarea[data-preview]").forEach(start);
