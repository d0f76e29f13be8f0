// The document's socket: y-protocols in binary messages, our own words in text. docs/document.md
// has the protocol. An edit counts as saved when the server says that it is stored.
import { keepOpen } from "../behaviours/socket.js";
import * as collab from "../../vendor/collab.js";
import { keeping } from "./keeping.js";

const SYNC = 0;
const AWARENESS = 1;
const SERVER = "server";
// Typing is sent in pieces of this length; cursors a little slower.
const GATHER = 120;
const MOVE = 200;
const ACK_AFTER = 250;
// Beside those of every socket: what was sent can never be taken.
const ENDS = [4007, 4009];

function message(kind, ...parts) {
  const encoder = collab.createEncoder();
  collab.writeVarUint(encoder, kind);
  for (const part of parts) {
    if (typeof part === "number") collab.writeVarUint(encoder, part);
    else collab.writeVarUint8Array(encoder, part);
  }
  return collab.toUint8Array(encoder);
}

const merged = (updates) => (updates.length ? collab.mergeUpdates(updates) : null);

/** Calls `act` at most once in `pause` milliseconds, after the last call too. */
function slowly(act, pause) {
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      act();
    }, pause);
  };
}

/**
 * Keep `doc` and the cursors in `awareness` the same as everybody's.
 * `on` has `hello(message)`, `loaded()`, `access(readOnly)`, `state(word)`, `refused(error, code)`.
 */
export function connect({ ref, me, doc, awareness, on }) {
  const kept = keeping(ref, me, doc.clientID);
  // Edits to send, and those on their way with the number of the message that carries them.
  let waiting = [];
  let onTheWay = [];
  let sent = 0;
  let frames = 0;
  let isAsked = false;
  let readOnly = true;
  let refusal = null;

  const unsaved = () => [...onTheWay.flatMap(({ updates }) => updates), ...waiting];
  const keep = () => kept.keep(merged(unsaved()));
  const say = () => on.state(unsaved().length ? (isAsked ? "saving" : "kept") : isAsked ? "saved" : "away");

  function carry(step, update, updates) {
    if (!socket.send(message(SYNC, step, update))) return;
    sent += 1;
    onTheWay.push({ number: sent, updates });
  }

  function send() {
    if (!isAsked || readOnly || !waiting.length) return;
    const updates = waiting;
    waiting = [];
    carry(collab.messageYjsUpdate, merged(updates), updates);
  }
  const sendSoon = slowly(send, GATHER);
  const acknowledge = slowly(() => socket.send({ type: "ack", count: frames }), ACK_AFTER);
  const showCursor = slowly(() => {
    if (isAsked) socket.send(message(AWARENESS, collab.encodeAwarenessUpdate(awareness, [doc.clientID])));
  }, MOVE);

  /** The server asks for what it lacks: everything that waits goes with the answer. */
  function answer(state) {
    isAsked = true;
    if (!readOnly) {
      const updates = unsaved();
      waiting = [];
      onTheWay = [];
      carry(collab.messageYjsSyncStep2, collab.encodeStateAsUpdate(doc, state), updates);
    }
    showCursor();
    say();
  }

  function hearBytes(bytes) {
    frames += 1;
    acknowledge();
    const decoder = collab.createDecoder(bytes);
    if (collab.readVarUint(decoder) === AWARENESS) {
      collab.applyAwarenessUpdate(awareness, collab.readVarUint8Array(decoder), SERVER);
      return;
    }
    const step = collab.readVarUint(decoder);
    const data = collab.readVarUint8Array(decoder);
    if (step === collab.messageYjsSyncStep1) answer(data);
    else collab.applyUpdate(doc, data, SERVER);
    if (step === collab.messageYjsSyncStep2) on.loaded();
  }

  function greeted(hello) {
    sent = 0;
    frames = 0;
    waiting = unsaved();
    onTheWay = [];
    readOnly = hello.read_only;
    on.hello(hello);
    socket.send(message(SYNC, collab.messageYjsSyncStep1, collab.encodeStateVector(doc)));
  }

  const HEAR = {
    hello: greeted,
    stored({ count }) {
      onTheWay = onTheWay.filter(({ number }) => number > count);
      keep();
      say();
    },
    access({ read_only: only }) {
      readOnly = only;
      on.access(only);
      if (!only) send();
    },
    error(error) {
      refusal = error;
    },
  };

  doc.on("update", (update, origin) => {
    if (origin === SERVER) return;
    waiting.push(update);
    keep();
    say();
    sendSoon();
  });
  awareness.on("update", (_, origin) => origin !== SERVER && showCursor());
  for (const update of kept.earlier()) collab.applyUpdate(doc, update, "earlier");

  const socket = keepOpen({
    source: "document",
    ends: ENDS,
    url: () => `/ws/incidents/${ref}/document`,
    onMessage: (said) => HEAR[said.type]?.(said),
    onBytes: hearBytes,
    onEnd: (code) => on.refused(refusal, code, unsaved().length > 0),
    onLoss() {
      isAsked = false;
      say();
    },
  });
  return {
    /** Send what waits, and leave. */
    stop() {
      send();
      collab.removeAwarenessStates(awareness, [doc.clientID], "leaving");
      socket.stop();
    },
  };
}
