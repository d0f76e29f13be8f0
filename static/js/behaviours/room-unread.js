// How far the reader has come: kept on the server, so that each of their devices knows it.
import { post } from "./http.js";
import { line } from "./room-line.js";
import { clone } from "./room-rows.js";

const room = document.querySelector("[data-room]");
const rows = document.getElementById("log");
const link = document.getElementById("new-since");
const TITLE = document.title.replace(/^\(\d+\) /, "");
const TELL_AFTER = 1500;
let told = Number(room.dataset.read || 0);
let reached = told;
let timer = 0;
let count = 0;

function writeTitle() {
  document.title = count ? `(${count}) ${TITLE}` : TITLE;
}

function tell() {
  clearTimeout(timer);
  timer = 0;
  if (reached <= told) return;
  if (line.whisper({ type: "read", seq: reached })) told = reached;
}

/** The page goes away, perhaps with a mark that was not told yet. */
function tellAtLast() {
  if (reached > told) post(`/incidents/${room.dataset.ref}/read`, { seq: reached }).catch(() => {});
  told = reached;
}

export const unread = {
  /** Everything up to this number has been on the screen. */
  upTo(seq) {
    count = 0;
    writeTitle();
    const whole = Math.floor(seq);
    if (whole <= reached) return;
    reached = whole;
    timer ||= setTimeout(tell, TELL_AFTER);
  },
  /** One more message that has not been seen. */
  more() {
    count += 1;
    writeTitle();
  },
  /** What begins with this row came while the reader was away. */
  markBefore(row) {
    rows.querySelector(".unread")?.remove();
    const mark = clone("unread-mark");
    mark.dataset.seq = Number(row.dataset.seq) - 0.5;
    row.before(mark);
  },
  /** Another device may have read on meanwhile. */
  hello({ read }) {
    told = Math.max(told, read ?? 0);
    if (reached > told) tell();
  },
  start() {
    document.addEventListener("visibilitychange", () => document.hidden && tell());
    window.addEventListener("pagehide", tellAtLast);
    const mark = rows.querySelector(".unread");
    if (!link || !mark) return;
    new IntersectionObserver(([entry], observer) => {
      if (!entry.isIntersecting) return;
      link.hidden = true;
      observer.disconnect();
    }).observe(mark);
  },
};
