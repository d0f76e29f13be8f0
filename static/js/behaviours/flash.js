// Messages in the corner: from the page, from `flash` events, and from requests that failed.

const box = document.getElementById("flashes");
const LINGER = 6000;

function leave(flash) {
  const timer = setTimeout(() => flash.remove(), LINGER);
  flash.addEventListener("pointerenter", () => clearTimeout(timer), { once: true });
  flash.addEventListener("focusin", () => clearTimeout(timer), { once: true });
}

/** Show a message. Errors stay until they are closed. */
export function flash(level, text) {
  const template = document.getElementById(`flash-${level}`) ?? document.getElementById("flash-info");
  if (!box || !template) return;
  for (const same of box.querySelectorAll("[data-flash-text]")) {
    if (same.textContent === text) same.closest("[data-flash]").remove();
  }
  const item = template.content.firstElementChild.cloneNode(true);
  item.querySelector("[data-flash-text]").textContent = text;
  box.append(item);
  if (level !== "error") leave(item);
}

function reasonOf(xhr) {
  const type = xhr.getResponseHeader("content-type") ?? "";
  try {
    if (type.includes("json")) {
      const problem = JSON.parse(xhr.responseText);
      return [problem.detail ?? problem.title, problem.hint].filter(Boolean).join(" ");
    }
  } catch {
    return "";
  }
  return type.startsWith("text/plain") ? xhr.responseText.slice(0, 300) : "";
}

document.addEventListener("flash", ({ detail }) => flash(detail.level ?? "info", detail.text ?? ""));
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const type = detail.xhr.getResponseHeader("content-type") ?? "";
  if (!type.includes("html") && detail.xhr.status >= 400) {
    detail.shouldSwap = false;
    detail.isError = true;
  }
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  const said = reasonOf(detail.xhr);
  flash("error", said || `The server could not do that (${detail.xhr.status}). Nothing was changed.`);
});
document.addEventListener("htmx:sendError", () => {
  flash("error", "No connection. Nothing was sent; what you typed is still here.");
});
document.addEventListener("htmx:timeout", () => {
  flash("error", "The server took too long to answer. Look before you try again.");
});
document.addEventListener("click", ({ target }) => {
  target.closest?.("[data-flash-close]")?.closest("[data-flash]").remove();
});
box?.querySelectorAll("[data-flash]:not([data-flash=error])").forEach(leave);
