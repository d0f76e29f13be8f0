// One tag shows the state of a status page on any site:
//   <script async src="https://status.example.com/widget.js"></script>
// It asks for one small JSON file, sets no cookie, stores nothing, and needs no inline style.
// data-target="#selector": where to show it (else in place of the tag); data-theme="light|dark";
// data-when="trouble": only while something is wrong; data-seconds: how often to look (60).
(() => {
  const tag = document.currentScript;
  const home = new URL(".", tag.src).href;
  const { target, theme, when } = tag.dataset;
  const seconds = Math.max(30, Number(tag.dataset.seconds) || 60);
  const SVG = "http://www.w3.org/2000/svg";
  const SHAPES = {
    operational: ["M20 10a10 10 0 1 1-20 0a10 10 0 1 1 20 0", "m5.6 10.4 3 3 5.8-6.6"],
    degraded: ["M10 1 20 18.5a1 1 0 0 1-.9 1.5H.9a1 1 0 0 1-.9-1.5z", "M10 8v5M10 16.4v.1"],
    partial_outage: ["m10-1 11 11-11 11L-1 10z", "M10 5.4v5.2M10 14.4v.1"],
    major_outage: ["M5.9 0h8.2L20 5.9v8.2L14.1 20H5.9L0 14.1V5.9z", "m6.6 6.6 6.8 6.8m0-6.8-6.8 6.8"],
    maintenance: ["M5 0h10a5 5 0 0 1 5 5v10a5 5 0 0 1-5 5H5a5 5 0 0 1-5-5V5a5 5 0 0 1 5-5", "M10 4.8V10l3.4 2.4"],
  };
  const STYLE = `
    :host { color-scheme: ${theme === "light" || theme === "dark" ? theme : "light dark"}; display: inline-block; max-inline-size: 100%; }
    :host([hidden]) { display: none; }
    a { --s: light-dark(#2456a6, #96bcff); display: grid; grid-template-columns: auto 1fr; gap: 0 12px; align-items: center; min-block-size: 44px; padding: 9px 16px 9px 14px; border: 1px solid light-dark(#dcdad2, #3a424b); border-inline-start: 4px solid var(--s); border-radius: 12px; background: light-dark(#fff, #191d22); color: light-dark(#1a1e23, #eceef0); text-decoration: none; font: 400 15px/1.3 system-ui, sans-serif; text-align: start; }
    a:hover strong { text-decoration: underline; }
    a:focus-visible { outline: 3px solid var(--s); outline-offset: -4px; }
    .operational { --s: light-dark(#12703f, #74d6a4); } .degraded { --s: light-dark(#7d5200, #f2c662); }
    .partial_outage { --s: light-dark(#a0410a, #ffa775); } .major_outage { --s: light-dark(#b01c1c, #ff938a); }
    svg { grid-row: span 2; inline-size: 26px; block-size: 26px; fill: var(--s); overflow: visible; }
    .mark { fill: none; stroke: light-dark(#fff, #191d22); stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
    strong { font-weight: 620; overflow-wrap: anywhere; } small { color: light-dark(#59616b, #a6aeb8); font-size: 13px; }
    @media (forced-colors: active) { svg { fill: CanvasText; } .mark { stroke: Canvas; } }`;

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  host.hidden = true;

  function drawn(state) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 20 20");
    svg.setAttribute("aria-hidden", "true");
    for (const [index, shape] of (SHAPES[state] ?? SHAPES.maintenance).entries()) {
      const path = svg.appendChild(document.createElementNS(SVG, "path"));
      path.setAttribute("d", shape);
      if (index) path.setAttribute("class", "mark");
    }
    return svg;
  }

  function show(found) {
    const link = document.createElement("a");
    link.href = home;
    link.target = "_top";
    link.className = found.status.state;
    const title = document.createElement("strong");
    title.textContent = found.status.description;
    const name = document.createElement("small");
    name.textContent = found.page.name;
    link.append(drawn(found.status.state), title, name);
    root.replaceChildren(link);
    const isQuiet = found.status.state === "operational" && !found.incidents.length;
    host.hidden = when === "trouble" && isQuiet;
  }

  async function look() {
    try {
      const answer = await fetch(`${home}json`, { credentials: "omit", cache: "no-cache" });
      if (answer.ok) show(await answer.json());
    } catch {
      // What was shown stays; the next look may be luckier.
    }
  }

  function start() {
    const place = target && document.querySelector(target);
    if (place) place.append(host);
    else tag.after(host);
    look();
    setInterval(() => document.hidden || look(), seconds * 1000);
    document.addEventListener("visibilitychange", () => document.hidden || look());
  }

  if (target && document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
