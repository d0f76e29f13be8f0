// CodeMirror writes its style sheets into <style> elements, which our content security policy
// refuses. Here they become sheets that the document adopts, which it allows: bundled in place of
// the package style-mod.
import { StyleModule as Written } from "../node_modules/style-mod/src/style-mod.js";

const adopted = new WeakMap();

export class StyleModule extends Written {
  static mount(root, modules) {
    const known = adopted.get(root) ?? { modules: new Set(), sheet: new CSSStyleSheet() };
    if (!adopted.has(root)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, known.sheet];
    adopted.set(root, known);
    for (const each of [modules].flat()) known.modules.add(each);
    known.sheet.replaceSync([...known.modules].map((each) => each.getRules()).join("\n"));
  }
}
