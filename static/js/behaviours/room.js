// The war room: one socket, resumed at the last fact that was read.
import "./room-bridge.js";
import { flash } from "./flash.js";
import { compose } from "./room-composer.js";
import { log } from "./room-log.js";
import { outbox } from "./room-outbox.js";
import { people } from "./room-people.js";
import "./room-merged.js";
import { refresh } from "./refresh.js";
import { keepOpen } from "./socket.js";

const room = document.querySelector("[data-room]");
// The server stops sending to a page that does not say how far it has read.
const ACK_AFTER = 250;
const RETRY_AFTER = 2000;
let socket = null;
let read = Number(room.dataset.lastSeq);
let acknowledging = 0;

function acknowledge(seq) {
  read = seq;
  acknowledging ||= setTimeout(() => {
    acknowledging = 0;
    socket.send({ type: "ack", seq: read });
  }, ACK_AFTER);
}

function hearFact(fact) {
  // A fact that is here already was drawn with the page.
  if (fact.seq > read) acknowledge(fact.seq);
  log.add(fact);
  if (!fact.kind.startsWith("chat.")) refresh("room");
}

function hearError({ client_id: id, message, hint, retry }) {
  if (retry) {
    setTimeout(() => outbox.send(socket), RETRY_AFTER);
    return;
  }
  flash("error", `${message} ${hint}`.trim());
  const failed = outbox.take(id);
  log.dropPending(id);
  if (failed) composer?.giveBack(failed.text);
}

const HEAR = {
  fact: hearFact,
  error: hearError,
  ok({ client_id: id, seq, text }) {
    outbox.take(id);
    log.settle(id, seq);
    if (text) log.reply(text);
  },
  presence: (message) => people.show(message),
  typing: (message) => people.type(message),
  notice: (message) => document.dispatchEvent(new CustomEvent("notice", { detail: message })),
};

const ENDS = {
  4401: "You are signed out. Reload the page to sign in; what you typed is kept on this device.",
  4403: "You may no longer see this incident.",
  4404: "You may no longer see this incident.",
};

socket = keepOpen({
  source: "room",
  url: () => `/ws/incidents/${room.dataset.ref}?after=${read}`,
  onMessage: (message) => HEAR[message.type]?.(message),
  onOpen(again) {
    people.announce(socket);
    outbox.send(socket);
    if (again) {
      refresh("room");
      refresh("notice");
    }
  },
  onEnd: (code) => flash("error", ENDS[code] ?? ENDS[4403]),
});
people.watch(socket);
log.start(socket);
const composer = compose(socket);
