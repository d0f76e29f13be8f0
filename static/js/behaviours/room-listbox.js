// A list of suggestions over a field: ↑ ↓ choose, Tab and Enter take, Escape closes.

/**
 * @param {HTMLTextAreaElement} field
 * @param {HTMLElement} menu the listbox; its options may change
 * @param {object} wishes
 * @param {(option: HTMLElement) => void} wishes.take
 * @param {(option: HTMLElement) => boolean} [wishes.isWhole] nothing is left to complete
 */
export function listbox(field, menu, { take, isWhole = () => false }) {
  let chosen = -1;
  const options = () => [...menu.querySelectorAll("[role=option]")];
  const shown = () => options().filter((option) => !option.hidden);

  function choose(index) {
    const list = shown();
    chosen = list.length && index >= 0 ? (index + list.length) % list.length : -1;
    options().forEach((option) => option.setAttribute("aria-selected", String(option === list[chosen])));
    if (list[chosen]) {
      field.setAttribute("aria-controls", menu.id);
      field.setAttribute("aria-activedescendant", list[chosen].id);
      list[chosen].scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  function close() {
    if (menu.hidden) return;
    menu.hidden = true;
    choose(-1);
  }

  menu.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  field.addEventListener("blur", close);

  return {
    close,
    /** Show what is in the list, the first one chosen unless `choosing` is false. */
    open(choosing = true) {
      menu.hidden = shown().length === 0;
      choose(choosing && !menu.hidden ? 0 : -1);
    },
    /** True when the key was for the list. */
    press(event) {
      if (menu.hidden || chosen < 0) return false;
      const option = shown()[chosen];
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen - 1 + shown().length);
      else if (event.key === "Escape") close();
      else if (event.key === "Tab" || (event.key === "Enter" && !isWhole(option))) take(option);
      else return false;
      return true;
    },
  };
}
