// Markdown in the editor: headings and the like are shown by classes of our style sheet. Slim on
// purpose: code inside it stays plain.
import * as collab from "../../vendor/collab.js";

const { tags } = collab;
const data = collab.defineLanguageFacet({});
const parser = collab.parser.configure([
  collab.Table,
  collab.TaskList,
  collab.Strikethrough,
  collab.Autolink,
  { props: [collab.languageDataProp.add({ Document: data })] },
]);
const language = new collab.Language(data, parser, [], "markdown");

const look = collab.HighlightStyle.define([
  { tag: [tags.heading1, tags.heading2, tags.heading3, tags.heading4, tags.heading5, tags.heading6], class: "md-heading" },
  { tag: [tags.heading, tags.strong], class: "md-strong" },
  { tag: tags.emphasis, class: "md-emphasis" },
  { tag: tags.strikethrough, class: "md-struck" },
  { tag: tags.monospace, class: "md-code" },
  { tag: [tags.link, tags.url], class: "md-link" },
  { tag: tags.quote, class: "md-quote" },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], class: "md-mark" },
]);

export const markdown = [language, collab.syntaxHighlighting(look)];

export const theme = collab.EditorView.theme({
  "&": { color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--sans)", fontSize: "var(--t-body)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)", padding: "var(--s3) 0", minHeight: "18rem" },
  ".cm-line": { padding: "0 var(--s4)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--accent-soft)",
  },
  ".cm-placeholder": { color: "var(--ink-3)" },
});
