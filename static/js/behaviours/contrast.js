// Whether words can be read on a colour: counted as WCAG 2.2 does, while people type.
const READABLE = 4.5;
const NAMES = ["brand", "on_brand"];

const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => channel(parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function show(box) {
  const [brand, on] = NAMES.map((name) => document.querySelector(`[data-contrast="${name}"]`).value.trim());
  const known = [brand, on].every((colour) => /^#[0-9a-f]{6}$/i.test(colour));
  box.hidden = !known;
  if (!known) return;
  const ratio = contrast(brand, on);
  const fine = ratio >= READABLE;
  box.querySelector("[data-ratio]").textContent = `${ratio.toFixed(1)} to 1`;
  box.querySelector("[data-verdict]").textContent = fine ? "can be read" : "cannot be read: it takes 4.5 to 1";
  box.classList.toggle("p1", !fine);
  box.classList.toggle("ok", fine);
  const sample = box.querySelector("[data-sample]");
  sample.style.background = brand;
  sample.style.color = on;
}

for (const box of document.querySelectorAll("[data-contrast-result]")) {
  for (const name of NAMES) {
    document.querySelector(`[data-contrast="${name}"]`)?.addEventListener("input", () => show(box));
  }
  show(box);
}
