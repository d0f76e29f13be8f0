// What static/vendor/collab.js holds: the shared text (Yjs), and the editor that shows it
// (CodeMirror 6). Loaded when somebody opens a document, and not before.
export { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
export { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from "y-protocols/sync";
export {
  applyUpdate,
  createAbsolutePositionFromRelativePosition,
  createRelativePositionFromJSON,
  createRelativePositionFromTypeIndex,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  mergeUpdates,
  UndoManager,
} from "yjs";
export { createDecoder, readVarUint, readVarUint8Array } from "lib0/decoding";
export { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from "lib0/encoding";
export { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
export { Compartment, EditorState, RangeSet } from "@codemirror/state";
export { Decoration, drawSelection, EditorView, highlightSpecialChars, keymap, placeholder, ViewPlugin, WidgetType } from "@codemirror/view";
export { defaultKeymap } from "@codemirror/commands";
export { defineLanguageFacet, HighlightStyle, Language, languageDataProp, syntaxHighlighting } from "@codemirror/language";
export { Autolink, parser, Strikethrough, Table, TaskList } from "@lezer/markdown";
export { tags } from "@lezer/highlight";
