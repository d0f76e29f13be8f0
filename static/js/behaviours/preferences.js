// Theme and navigation: changed at once, kept in a cookie and with the person.
import { flash } from "./flash.js";
import { post } from "./http.js";

const YEAR = 31_536_000;

function keep(form, name, value) {
  document.cookie = `${name}=${value};path=/;max-age=${YEAR};samesite=lax`;
  post(form.action, { [name]: value }).then(
    (answer) => answer.ok || flash("error", "Your choice is kept on this device only."),
    () => flash("info", "Your choice is kept on this device until you are online."),
  );
}

/** Use "system", "light" or "dark". */
export function useTheme(theme) {
  document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-form] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  keep(document.querySelector("[data-theme-form]"), "theme", theme);
}

function useNav(form, button) {
  const mode = button.value;
  document.querySelector(".app").dataset.nav = mode;
  keep(form, "nav", mode);
  const fold = mode === "wide";
  button.value = fold ? "rail" : "wide";
  button.title = fold ? "Collapse navigation" : "Expand navigation";
  button.querySelector(".t").textContent = fold ? "Collapse" : "Expand";
  const use = button.querySelector("use");
  const sheet = use.getAttribute("href").split("#")[0];
  use.setAttribute("href", `${sheet}#layout-sidebar-left-${fold ? "collapse" : "expand"}`);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-theme-form]")) {
    event.preventDefault();
    useTheme(event.submitter.value);
    form.closest("[popover]")?.hidePopover();
  } else if (form.matches("[data-nav-fold]")) {
    event.preventDefault();
    useNav(form, event.submitter);
  }
});
