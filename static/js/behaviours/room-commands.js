// Completing /commands: the name, then each argument; and below the field what the line would do.
import { listbox } from "./room-listbox.js";

const room = document.querySelector("[data-room]");
const address = `/incidents/${room.dataset.ref}/commands`;
const PAUSE = 120;
const NAME = /^\/([\w?]*)$/;
const LINE = /^\/[\w?]+\s/;
const lastWord = (text) => /\S*$/.exec(text)[0];

async function ask(path, text, signal) {
  try {
    const url = `${address}${path}?${new URLSearchParams({ text })}`;
    const answer = await fetch(url, { signal, credentials: "same-origin", headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** What the line would do, told below the field. */
function foresight(form) {
  const told = document.createElement("p");
  told.className = "foresight meta";
  told.id = "foresight";
  told.setAttribute("role", "status");
  form.querySelector(".box").after(told);
  return {
    say(found) {
      told.textContent = found?.says ?? "";
      told.dataset.possible = found?.possible ? "yes" : "no";
    },
  };
}

/** The names of commands; other names only once one of them is typed. */
function names(field, menu) {
  const options = [...menu.querySelectorAll("[role=option]")];
  const put = (text) => {
    field.value = text;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const list = listbox(field, menu, {
    take: (option) => put(`/${option.dataset.name} `),
    isWhole: (option) => field.value === `/${option.dataset.name}`,
  });
  document.addEventListener("command", ({ detail }) => {
    document.querySelector('[data-show="chat"]')?.click();
    put(`/${detail} `);
  });

  /** A role may have come or gone since the page was drawn. */
  async function askWhy() {
    const found = await ask("", "");
    for (const { name, why } of found?.commands ?? []) {
      const option = options.find(({ dataset }) => dataset.name === name);
      if (!option) continue;
      option.setAttribute("aria-disabled", String(Boolean(why)));
      option.querySelector(".meta").textContent = why || option.dataset.help;
    }
  }

  return {
    close: list.close,
    press: list.press,
    knows: (name) => options.some(({ dataset }) => dataset.name === name),
    offer(typed) {
      if (!typed) askWhy();
      for (const option of options) {
        const { name, short } = option.dataset;
        option.hidden = !name.startsWith(typed) || Boolean(short?.startsWith(`/${typed}`));
      }
      list.open();
    },
  };
}

/** What may stand where the line ends. */
function choices(field, menu) {
  let place = 0;
  const list = listbox(field, menu, {
    take(option) {
      field.value = `${field.value.slice(0, -lastWord(field.value).length || undefined)}${option.dataset.value} `;
      field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    },
    isWhole: (option) => lastWord(field.value).toLowerCase() === option.dataset.value.toLowerCase(),
  });
  const placeOf = (text) => text.split(/\s+/).length;

  function row({ value, label, detail }, index) {
    const option = document.createElement("li");
    option.setAttribute("role", "option");
    option.id = `choice-${index}`;
    option.dataset.value = value;
    option.append(
      Object.assign(document.createElement("b"), { textContent: value }),
      Object.assign(document.createElement("span"), { className: "meta", textContent: [label, detail].filter(Boolean).join(" · ") }),
    );
    return option;
  }

  return {
    close: list.close,
    press: list.press,
    /** Until the server answers, keep what still fits: Enter must never take what was not meant. */
    narrow(text) {
      const typed = lastWord(text).toLowerCase();
      if (menu.hidden) return;
      if (placeOf(text) !== place) return void list.close();
      for (const option of menu.children) option.hidden = !option.dataset.value.toLowerCase().startsWith(typed);
      list.open(Boolean(typed));
    },
    show(found, text) {
      place = placeOf(text);
      menu.replaceChildren(...(found?.choices ?? []).map(row));
      list.open(Boolean(lastWord(text)) || !found?.optional);
    },
  };
}

/** For the composer's field; answers update, press and close. */
export function commands(field) {
  const form = field.closest("form");
  const menu = document.getElementById("commands");
  const second = Object.assign(document.createElement("ul"), { className: "menu", id: "choices", hidden: true, tabIndex: 0 });
  second.setAttribute("role", "listbox");
  second.setAttribute("aria-label", "What may stand here");
  menu.after(second);
  const [first, then, told] = [names(field, menu), choices(field, second), foresight(form)];
  let timer = 0;
  let asking = null;

  async function look(text) {
    asking = new AbortController();
    const { signal } = asking;
    // People after an @ have a list of their own.
    const completes = LINE.test(text) && !lastWord(text).startsWith("@");
    const complete = completes ? ask("/complete", text, signal).then((found) => !signal.aborted && then.show(found, text)) : null;
    const preview = ask("/preview", text, signal).then((found) => !signal.aborted && told.say(found));
    await Promise.all([complete, preview]);
  }

  function forget() {
    clearTimeout(timer);
    asking?.abort();
  }

  function close() {
    forget();
    first.close();
    then.close();
    told.say(null);
  }

  return {
    close,
    update() {
      const text = field.value;
      const typed = NAME.exec(text)?.[1].toLowerCase();
      forget();
      if (typed === undefined && !LINE.test(text)) return close();
      if (typed === undefined) {
        first.close();
        then.narrow(text);
      } else {
        then.close();
        first.offer(typed);
      }
      if (typed === undefined || first.knows(typed)) timer = setTimeout(() => look(text), PAUSE);
      else told.say(null);
    },
    /** True when the key was for one of the lists. */
    press: (event) => first.press(event) || then.press(event),
  };
}
