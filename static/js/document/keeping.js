// Edits that the server has not stored yet, kept on this device: they survive a loss of the
// connection and a reload. What is stored is removed from here at once.

const OLDEST = 7 * 24 * 3600 * 1000;
const toText = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function read(key) {
  try {
    const { at, update } = JSON.parse(localStorage.getItem(key));
    return Date.now() - at < OLDEST ? toBytes(update) : null;
  } catch {
    return null;
  }
}

/** None where the browser lets nobody keep anything. */
function keys() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

/** What `me` has yet to send to the document of incident `ref`, from this editor and earlier ones. */
export function keeping(ref, me, client) {
  const prefix = `document:${ref}:${me}:`;
  const own = `${prefix}${client}`;
  const earlier = keys().filter((key) => key.startsWith(prefix));

  return {
    /** Edits of earlier editors that never arrived. */
    earlier: () => earlier.map(read).filter(Boolean),
    /** True when the edits are safe on this device; null says that none is waiting. */
    keep(update) {
      try {
        if (update) {
          localStorage.setItem(own, JSON.stringify({ at: Date.now(), update: toText(update) }));
        } else {
          for (const key of [own, ...earlier.splice(0)]) localStorage.removeItem(key);
        }
        return true;
      } catch {
        return false;
      }
    },
  };
}
