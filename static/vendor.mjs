// Fills static/vendor from the pinned packages: `make vendor`, or `npm ci && npm run vendor`.
// The result is committed, and the same packages give the same bytes.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import subsetFont from "subset-font";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "node_modules");
const vendor = join(here, "vendor");

// Severity shapes are road signs of our own: octagon, triangle, diamond, ring.
const SIGNS = {
  "sev-p0": "M7.6 1h8.8L23 7.6v8.8L16.4 23H7.6L1 16.4V7.6zM10.4 5.6l.5 8.2h2.2l.5-8.2zM12 15.4a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z",
  "sev-p1": "M12 2 23.4 22H.6z",
  "sev-p2": "M12 1.2 22.8 12 12 22.8 1.2 12z",
  "sev-p3": "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 4.2a5.8 5.8 0 1 1 0 11.6 5.8 5.8 0 0 1 0-11.6z",
};

async function iconNames() {
  const lines = (await readFile(join(here, "icons.txt"), "utf8")).split("\n");
  return lines.map((line) => line.trim()).filter((line) => line && !line.startsWith("#")).sort();
}

async function symbol(name) {
  const path = join(modules, "@tabler", "icons", "icons", "outline", `${name}.svg`);
  const svg = await readFile(path, "utf8").catch(() => {
    throw new Error(`No Tabler icon is called "${name}". Correct static/icons.txt.`);
  });
  const body = svg
    .slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"))
    .replace(/<path stroke="none"[^>]*\/>/, "")
    .replace(/\s*\n\s*/g, "")
    .replaceAll(" />", "/>")
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
}

async function sprite() {
  const signs = Object.entries(SIGNS).map(
    ([id, d]) => `<symbol id="${id}" viewBox="0 0 24 24"><path fill-rule="evenodd" d="${d}"/></symbol>`,
  );
  const icons = await Promise.all((await iconNames()).map(symbol));
  const head = '<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons, MIT; sev-* are our own -->';
  await writeFile(join(vendor, "icons.svg"), `${[head, ...signs, ...icons, "</svg>"].join("\n")}\n`);
}

// Latin with its accents, the punctuation and arrows the screens use, and the four weights they
// use: 28 KB instead of 48. Other scripts fall back to the system's fonts.
function glyphs() {
  const range = (from, to) => Array.from({ length: to - from }, (_, i) => String.fromCodePoint(from + i));
  return [...range(0x20, 0x7f), ...range(0xa0, 0x180)].join("") + "‐‑–—‘’‚“”„•…‹›€←↑→↓−×÷≈≤≥⌘";
}

async function font(source, wght, target) {
  const bytes = await readFile(join(modules, "@fontsource-variable", source));
  const subset = await subsetFont(bytes, glyphs(), { targetFormat: "woff2", variationAxes: { wght } });
  await writeFile(join(vendor, target), subset);
}

// Inter is for the screen and for labels in print; the serif is for reading post-mortems on paper.
async function fonts() {
  const upTo = (max) => ({ min: 400, max, default: 400 });
  await font("inter/files/inter-latin-wght-normal.woff2", upTo(650), "inter-latin.woff2");
  const serif = "source-serif-4/files/source-serif-4-latin-wght";
  await font(`${serif}-normal.woff2`, upTo(600), "source-serif-latin.woff2");
  await font(`${serif}-italic.woff2`, 400, "source-serif-latin-italic.woff2");
}

// The shared document's editor. Which packages went into it is read from the bundle itself.
async function collaboration() {
  const styles = { name: "styles", setup: ({ onResolve }) => onResolve({ filter: /^style-mod$/ }, () => ({ path: join(here, "collab-styles.mjs") })) };
  const made = await build({
    entryPoints: [join(here, "collab.mjs")],
    absWorkingDir: join(here, ".."),
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    charset: "utf8",
    legalComments: "eof",
    metafile: true,
    write: false,
    plugins: [styles],
  });
  const inside = Object.keys(made.metafile.inputs).map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]);
  const names = [...new Set(inside.filter(Boolean))].sort();
  const head = `/*! Made by make vendor of ${names.join(", ")}: MIT, see LICENSES.txt */\n`;
  await writeFile(join(vendor, "collab.js"), head + made.outputFiles[0].text);
  return names;
}

async function licences(bundled) {
  const copied = ["@fontsource-variable/inter", "@fontsource-variable/source-serif-4", "@tabler/icons"];
  const parts = await Promise.all(
    [...copied, ...bundled].map(async (name) => {
      const text = await readFile(join(modules, name, "LICENSE"), "utf8");
      return `${name}\n${"=".repeat(name.length)}\n\n${text.trim()}\n`;
    }),
  );
  await writeFile(join(vendor, "LICENSES.txt"), parts.join("\n\n"));
}

await mkdir(vendor, { recursive: true });
await Promise.all([sprite(), fonts(), collaboration().then(licences)]);
