// Where the others are in the text: a bar with a name, and what they have selected. Colours are
// classes, and the name says who it is whatever the colour.
import * as collab from "../../vendor/collab.js";

class Caret extends collab.WidgetType {
  constructor(user, clock) {
    super();
    this.user = user;
    this.clock = clock;
  }

  eq(other) {
    return other.user.name === this.user.name && other.clock === this.clock;
  }

  toDOM() {
    const caret = document.createElement("span");
    caret.className = `pen-caret colour-${this.user.colour}`;
    caret.setAttribute("aria-hidden", "true");
    // Drawn by the style sheet: it is no part of the text.
    caret.dataset.name = this.user.name;
    return caret;
  }

  ignoreEvent() {
    return true;
  }
}

/** What others send may lead nowhere. */
function place(json, doc) {
  try {
    return collab.createAbsolutePositionFromRelativePosition(collab.createRelativePositionFromJSON(json), doc)?.index;
  } catch {
    return null;
  }
}

function drawn({ user, cursor }, clock, doc, length) {
  if (!cursor) return [];
  const anchor = place(cursor.anchor, doc);
  const head = place(cursor.head, doc);
  if (anchor == null || head == null || Math.max(anchor, head) > length) return [];
  const bar = collab.Decoration.widget({ side: head >= anchor ? -1 : 1, widget: new Caret(user, clock) });
  const marks = [bar.range(head)];
  if (anchor !== head) {
    const mark = collab.Decoration.mark({ class: `chosen colour-${user.colour}` });
    marks.push(mark.range(Math.min(anchor, head), Math.max(anchor, head)));
  }
  return marks;
}

/** Shows the others' cursors in the editor of `text`, and tells them of ours. */
export function cursors(text, awareness) {
  return collab.ViewPlugin.fromClass(
    class {
      decorations = collab.Decoration.none;

      constructor(view) {
        this.heard = (_, origin) => origin !== "local" && view.dispatch({});
        awareness.on("change", this.heard);
      }

      destroy() {
        awareness.off("change", this.heard);
      }

      update(update) {
        if (update.selectionSet || update.docChanged || update.focusChanged) this.tell(update.view);
        const marks = [];
        for (const [client, state] of awareness.getStates()) {
          if (client === text.doc.clientID || !state.user) continue;
          const { clock } = awareness.meta.get(client);
          marks.push(...drawn(state, clock, text.doc, update.state.doc.length));
        }
        this.decorations = collab.Decoration.set(marks, true);
      }

      tell(view) {
        const { anchor, head } = view.state.selection.main;
        const at = (index) => collab.createRelativePositionFromTypeIndex(text, index);
        const cursor = view.hasFocus ? { anchor: at(anchor), head: at(head) } : null;
        const known = awareness.getLocalState()?.cursor;
        if (JSON.stringify(known) !== JSON.stringify(cursor)) awareness.setLocalState({ cursor });
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}
