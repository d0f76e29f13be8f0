// [data-document]: the shared document. Its editor is fetched when one is on the page, and ends when
// it leaves.

const SELECTOR = "[data-document]";
const mounted = new Map();

function mount(section) {
  if (mounted.has(section)) return;
  const opening = import("../document/mount.js").then(({ open }) => (mounted.has(section) ? open(section) : null));
  // Without the editor the text stands there to be read.
  opening.catch((error) => console.warn("The editor cannot be opened", error));
  mounted.set(section, opening);
}

function look() {
  for (const [section, opening] of mounted) {
    if (section.isConnected) continue;
    mounted.delete(section);
    opening.then((close) => close?.(), () => {});
  }
  document.querySelectorAll(SELECTOR).forEach(mount);
}

document.addEventListener("htmx:afterSettle", look);
look();
