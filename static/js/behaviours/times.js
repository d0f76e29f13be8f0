// <time data-time=…>: in the viewer's zone, relative ones kept fresh. UTC stays on hover.
import { serverNow } from "./server_time.js";

const zone = document.documentElement.dataset.zone || undefined;
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
const day = { day: "numeric", month: "short", year: "numeric", timeZone: zone };
const WRITERS = {
  time: new Intl.DateTimeFormat("en-GB", clock),
  seconds: new Intl.DateTimeFormat("en-GB", { ...clock, second: "2-digit" }),
  date: new Intl.DateTimeFormat("en-GB", day),
  datetime: new Intl.DateTimeFormat("en-GB", { ...day, ...clock }),
};

/** A time in milliseconds as the viewer reads it: "time", "seconds", "date" or "datetime". */
export const written = (ms, style) => WRITERS[style].format(ms);

function whole(seconds) {
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${seconds} s`;
}

function relative(at) {
  const seconds = Math.floor((serverNow() - at) / 1000);
  if (seconds < 0) return `in ${whole(-seconds)}`;
  return seconds < 10 ? "just now" : `${whole(seconds)} ago`;
}

/** Write one <time> element anew. */
function write(element) {
  const at = Date.parse(element.dateTime);
  if (Number.isNaN(at)) return;
  const style = element.dataset.time;
  const text = style === "relative" ? relative(at) : WRITERS[style]?.format(at);
  if (text && element.textContent !== text) element.textContent = text;
}

function writeAll(root) {
  if (root.matches?.("time[data-time]")) write(root);
  root.querySelectorAll?.("time[data-time]").forEach(write);
}

writeAll(document);
setInterval(() => document.querySelectorAll('time[data-time="relative"]').forEach(write), 10_000);
new MutationObserver((changes) => {
  for (const change of changes) change.addedNodes.forEach(writeAll);
}).observe(document.body, { childList: true, subtree: true });
