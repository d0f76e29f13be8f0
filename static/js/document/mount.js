// The shared document on a page: the editor takes the place of the text that stands there.
import { flash } from "../behaviours/flash.js";
import * as collab from "../../vendor/collab.js";
import { connect } from "./connection.js";
import { cursors } from "./cursors.js";
import { markdown, theme } from "./markdown.js";

const WORDS = {
  away: "Connecting…",
  saved: "Saved",
  saving: "Saving…",
  kept: "No connection. What you write is kept on this device and joins the others’ later.",
  reading: "You may read this. Responders write it.",
  stuck: "You may only read now. What you wrote last is kept on this device: copy it.",
};
const ENDS = {
  4007: "The document’s connection broke off. Reload the page.",
  4009: "That was too much for one document. Undo it or copy it elsewhere, then reload the page.",
  4401: "You are signed out. Reload the page to sign in; what you typed is kept on this device.",
  4403: "You may no longer write in this document.",
  4404: "You may no longer see this incident.",
};

function showPeople(list, awareness, self) {
  const people = new Map();
  for (const [client, { user }] of awareness.getStates()) {
    if (client !== self && user) people.set(user.handle, user);
  }
  list.replaceChildren(
    ...[...people.values()].map(({ name, colour }) => {
      const item = document.createElement("li");
      const mark = document.createElement("span");
      mark.className = `pen colour-${colour}`;
      item.append(mark, name);
      return item;
    }),
  );
}

function editorOf(section, text, awareness, locked) {
  const undoManager = new collab.UndoManager(text);
  return new collab.EditorView({
    parent: section.querySelector("[data-document-editor]"),
    state: collab.EditorState.create({
      doc: text.toString(),
      extensions: [
        collab.keymap.of([...collab.yUndoManagerKeymap, ...collab.defaultKeymap]),
        collab.drawSelection(),
        collab.highlightSpecialChars(),
        collab.placeholder("Write what is known, tried and next. Markdown works."),
        collab.EditorView.lineWrapping,
        collab.EditorView.contentAttributes.of({ "aria-label": section.dataset.label, spellcheck: "true" }),
        collab.yCollab(text, null, { undoManager }),
        cursors(text, awareness),
        locked.of(reading(true)),
        markdown,
        theme,
      ],
    }),
  });
}

const reading = (only) => [collab.EditorState.readOnly.of(only), collab.EditorView.editable.of(!only)];

/** Open the editor in `section`; returns what closes it. */
export function open(section) {
  const doc = new collab.Doc();
  const text = doc.getText("text");
  const awareness = new collab.Awareness(doc);
  const locked = new collab.Compartment();
  const part = (name) => section.querySelector(`[data-document-${name}]`);
  let view = null;
  let readOnly = true;
  let isOver = false;

  function lock() {
    view?.dispatch({ effects: locked.reconfigure(reading(readOnly || isOver)) });
    section.toggleAttribute("data-read-only", readOnly);
  }

  function state(word) {
    const shown = readOnly && word === "saved" ? "reading" : readOnly && word !== "away" ? "stuck" : word;
    if (section.dataset.state !== shown && !isOver) {
      section.dataset.state = shown;
      part("state").textContent = WORDS[shown];
    }
  }

  const connection = connect({
    ref: section.dataset.ref,
    me: section.dataset.me,
    doc,
    awareness,
    on: {
      state,
      hello: (hello) => {
        readOnly = hello.read_only;
        lock();
      },
      access(only) {
        readOnly = only;
        lock();
        state("saved");
      },
      loaded() {
        if (view) return;
        part("text").hidden = true;
        part("editor").hidden = false;
        view = editorOf(section, text, awareness, locked);
        lock();
      },
      refused(error, code, hasUnsaved) {
        const said = error ? `${error.message} ${error.hint}` : (ENDS[code] ?? ENDS[4007]);
        flash("error", hasUnsaved ? `${said} What was not saved is still here to copy.` : said);
        section.dataset.state = "over";
        part("state").textContent = "Not connected";
        isOver = true;
        lock();
      },
    },
  });
  awareness.on("change", () => showPeople(part("people"), awareness, doc.clientID));

  return () => {
    connection.stop();
    awareness.destroy();
    view?.destroy();
    doc.destroy();
  };
}
