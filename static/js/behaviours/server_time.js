// The server's clock decides: a laptop that is two minutes wrong must not show wrong deadlines.

const told = Date.parse(document.documentElement.dataset.now ?? "");
// The page's own age when this runs, so that a slow download does not make clocks late.
const age = performance.now() - (performance.getEntriesByType("navigation")[0]?.responseStart ?? 0);
const offset = Number.isNaN(told) ? 0 : told + age - Date.now();

/** Milliseconds since the epoch, by the server. */
export const serverNow = () => Date.now() + offset;

const two = (n) => String(n).padStart(2, "0");

/** 17:31, 1:04:20, and from two days on 3 d 4 h: as `stopwatch` in console.py writes it. */
export function stopwatch(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** 42 s, 1:50, 24 min, 3 h 12 min, 3 d 4 h: as `duration` in console.py writes it. */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 600) return `${minutes}:${two(seconds % 60)}`;
  if (minutes < 120) return `${minutes} min`;
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
